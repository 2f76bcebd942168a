import type { NetworkNamespace } from '../../../src/core/snapshot/namespace';
import type { AgentRecord } from './agent';
import { readPacket, type WirePacket } from './wire';

export type RuleEvent = Extract<AgentRecord, { kind: 'rule' }>;

/** The rules of one base chain and what it called, that one packet matched in the kernel. */
export interface ChainRun {
  readonly packet: WirePacket;
  readonly time: number;
  readonly flavour: 'nft' | 'legacy';
  readonly matched: string[];
}

/** As a trace step would be: `nat KUBE-SERVICES #4 -A KUBE-SERVICES …`, `filter INPUT policy DROP`. */
export function describeRule(table: string, chain: string, number: number, text: string): string {
  return `${table} ${chain} #${number} ${text}`;
}

export function describePolicy(table: string, chain: string, policy: string): string {
  return `${table} ${chain} policy ${policy}`;
}

/** Puts the events of a namespace together, in the order in which the kernel told them. */
export function chainRuns(namespace: NetworkNamespace, events: readonly RuleEvent[]): ChainRun[] {
  const runs: ChainRun[] = [];
  const open = new Map<number, ChainRun>();
  const handles = ruleHandles(namespace);
  for (const event of events) {
    const bytes = event.bytes === null ? undefined : readPacket(Buffer.from(event.bytes, 'base64'));
    if (event.flavour === 'legacy') {
      if (bytes)
        runs.push({
          packet: bytes,
          time: event.time,
          flavour: 'legacy',
          matched: legacyEvent(namespace, event, bytes.src.family),
        });
      continue;
    }
    if (bytes) {
      const run: ChainRun = { packet: bytes, time: event.time, flavour: 'nft', matched: [] };
      open.set(event.id, run);
      runs.push(run);
    }
    open.get(event.id)?.matched.push(...nftEvent(namespace, event, handles));
  }
  return runs;
}

const IPV4_HOOKS = 2;
const NF_DROP = 0;

function nftEvent(
  namespace: NetworkNamespace,
  { table, chain, handle, type, policy, protocol }: Extract<RuleEvent, { flavour: 'nft' }>,
  handles: ReadonlyMap<string, number>,
): string[] {
  const family = protocol === IPV4_HOOKS ? 4 : 6;
  const known = namespace.netfilter(family).tables.find((one) => one.flavour === 'nft' && one.table.name === table);
  // A table of nftables' own, which iptables does not show.
  if (!known) return [];
  if (type === 'policy') return [describePolicy(table, chain, policy === NF_DROP ? 'DROP' : 'ACCEPT')];
  // The end of a chain, and of a base chain before its policy.
  if (handle === null) return [];
  const number = handles.get(`${family === 4 ? 'ip' : 'ip6'} ${table} ${chain} ${handle}`) ?? 0;
  return [describeRule(table, chain, number, known.table.chains.get(chain)?.rules[number - 1]?.text ?? '?')];
}

/** The place of each rule in its chain, by the handle that trace events have. */
function ruleHandles(namespace: NetworkNamespace): Map<string, number> {
  interface NftRule {
    readonly family: string;
    readonly table: string;
    readonly chain: string;
    readonly handle: number;
  }
  const listed = JSON.parse(namespace.output('nft-ruleset')?.stdout ?? '{"nftables":[]}') as {
    nftables: { rule?: NftRule }[];
  };
  const handles = new Map<string, number>();
  const counts = new Map<string, number>();
  for (const { rule } of listed.nftables) {
    if (!rule) continue;
    const chain = `${rule.family} ${rule.table} ${rule.chain}`;
    const number = (counts.get(chain) ?? 0) + 1;
    counts.set(chain, number);
    handles.set(`${chain} ${rule.handle}`, number);
  }
  return handles;
}

/** The position after the last rule of a chain is its end: the policy of a base chain, the return of any other. */
function legacyEvent(
  namespace: NetworkNamespace,
  { table, chain, position }: Extract<RuleEvent, { flavour: 'legacy' }>,
  family: 4 | 6,
): string[] {
  const known = namespace.netfilter(family).tables.find((one) => one.flavour === 'legacy' && one.table.name === table);
  const rules = known?.table.chains.get(chain);
  if (!rules) return [`${table} ${chain} #${position} is not in the dump`];
  const rule = rules.rules[position - 1];
  if (rule) return [describeRule(table, chain, position, rule.text)];
  return rules.policy === undefined ? [] : [describePolicy(table, chain, rules.policy)];
}
