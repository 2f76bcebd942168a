import { type Address, formatSocket } from '../net/address';
import { protocolTitle, parseProtocol } from '../net/protocol';
import { formatNetwork } from '../net/prefix';
import { formatRange } from '../net/range';
import type { Action, NatRange } from './action';
import { isHook, type TableName } from './hook';
import type { Names } from './match';
import { formatMark } from './matches/values';
import type { Rule } from './rule';
import { chainPurpose } from './well-known-chains';

/** A rule told in words. */
export interface Explanation {
  /** What it does with which packets: one sentence. */
  readonly summary: string;
  /** Why such a rule is there, where that is known: one sentence. */
  readonly why: string | undefined;
  /** What the chain that holds the rule is for. */
  readonly chain: string | undefined;
  /** What the chain that the rule leads to is for. */
  readonly leads: string | undefined;
}

/**
 * Tells what a rule does.
 *
 * @param titles what a chain belongs to, for instance `service default/g2`; undefined where unknown
 */
export function explainRule(
  rule: Rule,
  table: TableName,
  names: Names,
  titles: (chain: string) => string | undefined,
): Explanation {
  const { action } = rule.meaning;
  const target = action.kind === 'call' || action.kind === 'goto' ? action.chain : undefined;
  return {
    summary: `${subject(rule, names)} ${actionWords(action, rule, table, names)}.`,
    why: reason(rule, table),
    chain: chainWords(rule.chain, titles),
    leads: target === undefined ? undefined : chainWords(target, titles),
  };
}

/** `KUBE-SVC-… picks an endpoint of one service (service default/g2, kept by kube-proxy)` */
export function chainWords(name: string, titles: (chain: string) => string | undefined): string | undefined {
  const known = chainPurpose(name);
  const title = titles(name);
  if (!known) return title === undefined ? undefined : `${name} belongs to ${title}.`;
  const notes = [title, known.owner === undefined ? undefined : `kept by ${known.owner}`].filter(
    (note) => note !== undefined,
  );
  return `${name} ${known.purpose}${notes.length > 0 ? ` (${notes.join(', ')})` : ''}.`;
}

/** `TCP packets to 10.0.0.220 (service default/g2), port 80` */
function subject(rule: Rule, names: Names): string {
  const protocol = rule.syntax.generic.find((use) => use.flag === '--protocol' && !use.negated);
  const number = protocol && parseProtocol(protocol.values[0]?.text ?? '');
  const kind = number === undefined || number === 0 ? '' : `${protocolTitle(number)} `;
  const fragments = rule.meaning.conditions
    .map((condition) => condition.words(names))
    .filter((words) => words !== '' && words !== `of ${kind.trim()}`);
  const packets = fragments.length === 0 && kind === '' ? 'All packets' : `${kind}packets`;
  const text = [packets, ...fragments.slice(0, 1)].join(' ');
  const rest = fragments.slice(1);
  const whole = rest.length > 0 ? `${text}, ${rest.join(', ')},` : text;
  return whole.charAt(0).toUpperCase() + whole.slice(1);
}

function actionWords(action: Action, rule: Rule, table: TableName, names: Names): string {
  switch (action.kind) {
    case 'accept':
      return table === 'filter' ? 'are accepted' : `pass: table ${table} asks no further rules here`;
    case 'drop':
      return 'are dropped without an answer';
    case 'reject':
      return `are refused, and the sender is told so (${action.with})`;
    case 'return':
      return isHook(rule.chain)
        ? 'get the policy of the chain at once'
        : 'go back to the chain that called this one: nothing is done with them here';
    case 'call':
      return `go through ${action.chain}`;
    case 'goto':
      return `go on in ${action.chain} and do not come back here`;
    case 'continue':
      return action.target === undefined ? 'are counted, nothing more' : `are handled by ${action.target} and go on`;
    case 'dnat':
      return `get a new destination: ${rangeWords(action.range, names)}`;
    case 'snat':
      return `get a new source: ${rangeWords(action.range, names)}`;
    case 'masquerade':
      return 'get the address of the interface that they leave by as source';
    case 'redirect':
      return action.ports
        ? `are redirected to port ${formatRange(action.ports)} of this node`
        : 'are redirected to this node itself';
    case 'netmap':
      return `are mapped into ${formatNetwork(action.prefix)}, host part unchanged`;
    case 'mark':
      return markWords('mark', action.clear, action.toggle);
    case 'set-connmark':
      return markWords('connection mark', action.clear, action.toggle);
    case 'save-connmark':
      return 'leave their mark to the connection';
    case 'restore-connmark':
      return 'get the mark of their connection';
    case 'notrack':
      return 'are not tracked: no NAT will be done for them, nor undone';
    case 'zone':
      return `are tracked in zone ${action.zone}, apart from other zones`;
    case 'dscp':
      return `get DSCP ${action.value}`;
    case 'ttl':
      return {
        set: `get TTL ${action.value}`,
        increase: `get a TTL higher by ${action.value}`,
        decrease: `get a TTL lower by ${action.value}`,
      }[action.change];
    case 'tproxy':
      return `are handed to the socket on port ${action.port}, addresses unchanged`;
    case 'unknown':
      return `are handled by ${action.target}, which Hoplens does not simulate`;
  }
}

function rangeWords(range: NatRange, names: Names): string {
  const { addresses, ports } = range;
  if (!addresses) return ports ? `port ${formatRange(ports)}` : 'none';
  const first = socketWords(addresses.from, ports?.from, names);
  if (addresses.from.value === addresses.to.value && ports?.from === ports?.to) return first;
  return `${formatSocket(addresses.from, undefined)} to ${formatSocket(addresses.to, undefined)}${ports ? `, port ${formatRange(ports)}` : ''}`;
}

/** `10.1.97.2:80 (container of default/g2 on master)` */
function socketWords(address: Address, port: number | undefined, names: Names): string {
  const named = names.address(address);
  const note = /\((.*)\)$/.exec(named)?.[0];
  return `${formatSocket(address, port)}${note === undefined ? '' : ` ${note}`}`;
}

function markWords(what: string, clear: number, toggle: number): string {
  if (toggle === 0) return `lose the bits 0x${clear.toString(16)} of their ${what}`;
  if (clear === toggle) return `get ${what} 0x${toggle.toString(16)}, other bits unchanged`;
  if (clear === 0) return `get the bits 0x${toggle.toString(16)} of their ${what} turned over`;
  return `get ${what} ${formatMark(toggle, clear)}`;
}

/** Rules whose reason is not to be seen from the rule alone. */
function reason(rule: Rule, table: TableName): string | undefined {
  const { action, conditions } = rule.meaning;
  const has = (flag: string): boolean => rule.syntax.generic.some((use) => use.flag === flag);
  const target = action.kind === 'call' ? action.chain : undefined;
  if (rule.chain.startsWith('KUBE-SEP-') && target === 'KUBE-MARK-MASQ')
    return 'An endpoint that is drawn for its own request would get a packet from its own address; masqueraded, the reply comes back this way and is rewritten.';
  if (target === 'KUBE-MARK-MASQ')
    return 'With an address of this node as source the replies come back through it, which alone can undo the rewriting of the destination.';
  if (target === 'KUBE-NODEPORTS')
    return 'It stands last, so that service addresses are tried before ports of the node itself.';
  if (action.kind === 'masquerade' && has('--source') && has('--out-interface'))
    return "What containers behind the bridge send elsewhere carries the node's address, since nobody beyond knows theirs.";
  if (action.kind === 'masquerade' && rule.chain === 'KUBE-POSTROUTING')
    return 'The mark comes from KUBE-MARK-MASQ: the reply must come back to this node, where the rewriting is undone.';
  if (rule.chain === 'OUTPUT' && table === 'nat' && target === 'KUBE-SERVICES')
    return 'Processes of the node itself reach service addresses through here; for containers it is PREROUTING.';
  if (rule.chain === 'DOCKER' && action.kind === 'return' && conditions.length > 0)
    return 'Published ports are meant for callers from outside the bridge.';
  return undefined;
}
