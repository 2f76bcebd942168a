import { type Family, formatSocket } from '../net/address';
import { hasPorts, ICMP, ICMPV6, protocolTitle } from '../net/protocol';
import type { Action } from '../netfilter/action';
import type { Hook, TableName } from '../netfilter/hook';
import type { Rule } from '../netfilter/rule';
import type { Connection, Tuple } from '../netfilter/tracking';
import type { KnownTable } from '../snapshot/netfilter';
import { runTable, type TableVerdict } from './chains';
import { assume, type Walk } from './context';
import { type Egress, type Manipulation, manipulationAt, rewrite, setUpNat } from './nat';
import type { Skb } from './skb';
import type { Stack } from './stack';

type Part = TableName | 'legacy security' | 'nft security' | 'track' | 'confirm';

/**
 * What happens at a hook, in the order of priorities (include/uapi/linux/netfilter_ipv4.h `NF_IP_PRI_*`). iptables-nft
 * gives its security table 150 in place of 50, and so puts it behind nat.
 */
const ORDER: Readonly<Record<Hook, readonly Part[]>> = {
  PREROUTING: ['raw', 'track', 'mangle', 'nat'],
  INPUT: ['mangle', 'filter', 'legacy security', 'nat', 'nft security', 'confirm'],
  FORWARD: ['mangle', 'filter', 'security'],
  OUTPUT: ['raw', 'track', 'mangle', 'nat', 'filter', 'security'],
  POSTROUTING: ['mangle', 'nat', 'confirm'],
};

function tablesOf(stack: Stack, family: Family, hook: Hook, part: Exclude<Part, 'track' | 'confirm'>): KnownTable[] {
  if (part !== 'legacy security' && part !== 'nft security') return stack.tablesAt(family, hook, part);
  return stack.tablesAt(family, hook, 'security').filter(({ flavour }) => part.startsWith(flavour));
}

const ACCEPT: TableVerdict = { kind: 'accept' };

/** Looks the way of a local packet up anew; a verdict where there is none. */
export type Reroute = () => TableVerdict | undefined;

export interface HookPlace {
  readonly egress?: Egress;
  readonly reroute?: Reroute;
}

/** Runs everything that is registered at a hook. */
export function runHook(walk: Walk, stack: Stack, skb: Skb, hook: Hook, place: HookPlace = {}): TableVerdict {
  const { family } = skb.packet.src;
  const netfilter = stack.namespace.netfilter(family);
  const unknown = askForRules(walk, stack, netfilter.known);
  if (unknown) return unknown;
  if (netfilter.unlisted.length > 0)
    assume(
      walk,
      'table-not-collected',
      stack.node,
      `tables ${netfilter.unlisted.join(', ')} of ${stack.title} were not collected; they are taken to let everything pass`,
    );

  for (const part of ORDER[hook]) {
    if (part === 'track') track(stack, skb);
    else if (part === 'confirm') confirm(walk, stack, skb, hook);
    else {
      const tables = tablesOf(stack, family, hook, part);
      const before = skb.packet;
      const verdict =
        part === 'nat' ? runNat(walk, stack, skb, hook, tables, place) : runTables(walk, stack, skb, hook, tables);
      if (verdict.kind !== 'accept') return verdict;
      const lost = rerouted(hook, part, before, skb) ? place.reroute?.() : undefined;
      if (lost) return lost;
    }
  }
  return ACCEPT;
}

/** Without any output of iptables nothing is known: it may let the packet pass, or do anything else with it. */
function askForRules(walk: Walk, stack: Stack, known: 'all' | 'some' | 'none'): TableVerdict | undefined {
  if (known !== 'none') return undefined;
  if (stack.namespace.kind !== 'host' || stack.made) {
    if (!stack.made && !stack.asked.has('rules')) {
      stack.asked.add('rules');
      assume(walk, 'no-rules-in-pod', stack.node, `${stack.title} has no iptables rules of its own`);
    }
    return undefined;
  }
  const passes = walk.choices.decide(
    {
      id: `${stack.title} rules`,
      code: 'rules-not-collected',
      node: stack.node,
      key: 'iptables-save',
      domain: ['passes', 'other'],
      text: ([value]) =>
        value === 'passes'
          ? `the rules of ${stack.title}, which were not collected, let the packet pass unchanged`
          : `the rules of ${stack.title}, which were not collected, drop or change the packet`,
    },
    [['passes'], ['other']],
  );
  if (passes === 0) return undefined;
  return { kind: 'undetermined', text: `collect iptables-save of ${stack.title}` };
}

/** Local packets take a new way when what the way depends on has changed (iptable_mangle.c, nf_nat_proto.c). */
function rerouted(hook: Hook, part: Part, before: Skb['packet'], { packet }: Skb): boolean {
  if (hook !== 'OUTPUT') return false;
  if (part === 'nat') return before.dst.value !== packet.dst.value;
  return (
    part === 'mangle' &&
    (before.mark !== packet.mark ||
      before.dst.value !== packet.dst.value ||
      before.src.value !== packet.src.value ||
      before.dscp !== packet.dscp)
  );
}

function runTables(walk: Walk, stack: Stack, skb: Skb, hook: Hook, tables: readonly KnownTable[]): TableVerdict {
  for (const known of tables) {
    const verdict = runTable(walk, stack, skb, hook, known, (action, rule) => perform(walk, stack, skb, action, rule));
    if (verdict.kind !== 'accept') return verdict;
  }
  return ACCEPT;
}

/** net/netfilter/nf_nat_core.c `nf_nat_inet_fn`: the rules are asked once per connection and side, for its first packet. */
function runNat(
  walk: Walk,
  stack: Stack,
  skb: Skb,
  hook: Hook,
  tables: readonly KnownTable[],
  place: HookPlace,
): TableVerdict {
  const { tracking } = skb;
  if (!tracking || !('connection' in tracking)) return ACCEPT;
  const { connection } = tracking;
  const side = manipulationAt(hook);
  if (tracking.state === 'NEW' && !connection.decided[side]) {
    for (const known of tables) {
      const verdict = runTable(walk, stack, skb, hook, known, (action, rule) => {
        if (!isNat(action)) return perform(walk, stack, skb, action, rule);
        const done = setUpNat(walk, stack, skb, connection, hook, action, place.egress);
        if (done.drop) return { effect: done.effect, verdict: { kind: 'drop', by: 'rule', text: rule.text } };
        rewrite(walk, stack, skb, hook);
        return { effect: done.effect, verdict: ACCEPT };
      });
      if (verdict.kind !== 'accept') return verdict;
      if (isDecided(connection, side)) break;
    }
    // No rule wanted it: "no NAT" is settled for the life of the connection.
    connection.decided[side] = true;
  } else if (leftMasquerade(connection, hook, skb, place.egress)) {
    stack.conntrack.forget(connection);
    return { kind: 'drop', by: 'rule', text: `the connection was masqueraded on ${connection.masqueradedOn ?? ''}` };
  }
  rewrite(walk, stack, skb, hook);
  return ACCEPT;
}

function isDecided(connection: Connection, side: Manipulation): boolean {
  return connection.decided[side];
}

function leftMasquerade(connection: Connection, hook: Hook, skb: Skb, egress: Egress | undefined): boolean {
  const { tracking } = skb;
  return (
    hook === 'POSTROUTING' &&
    connection.masqueradedOn !== undefined &&
    tracking !== undefined &&
    'direction' in tracking &&
    tracking.direction === 'original' &&
    egress !== undefined &&
    connection.masqueradedOn !== egress.device
  );
}

function isNat(
  action: Action,
): action is Extract<Action, { kind: 'dnat' | 'snat' | 'masquerade' | 'redirect' | 'netmap' }> {
  return ['dnat', 'snat', 'masquerade', 'redirect', 'netmap'].includes(action.kind);
}

function track(stack: Stack, skb: Skb): void {
  if (skb.tracking || !stack.namespace.netfilter(skb.packet.src.family).tracksConnections()) return;
  const loose = stack.sysctl('net.netfilter.nf_conntrack_tcp_loose') !== '0';
  skb.tracking = stack.conntrack.track(skb.packet, skb.zone, loose);
}

function confirm(walk: Walk, stack: Stack, skb: Skb, hook: Hook): void {
  const { tracking } = skb;
  if (!tracking || !('connection' in tracking) || !stack.conntrack.confirm(tracking.connection)) return;
  const { original, reply, zone } = tracking.connection;
  const zoned = zone.original === 0 ? '' : ` in zone ${zone.original}`;
  walk.recorder.step(stack, skb, 'conntrack', `connection entered${zoned}`, {
    hook,
    text: `${protocolTitle(original.proto)} ${tupleText(original)}, replies ${tupleText(reply)}`,
  });
}

function tupleText(tuple: Tuple): string {
  const ports = hasPorts(tuple.proto);
  const plain = tuple.proto === ICMP || tuple.proto === ICMPV6 || !ports;
  return `${formatSocket(tuple.src, plain ? undefined : tuple.sport)} → ${formatSocket(tuple.dst, plain ? undefined : tuple.dport)}`;
}

/** Actions that change the packet or its connection and go on, and those that no table but nat has. */
function perform(
  walk: Walk,
  stack: Stack,
  skb: Skb,
  action: Action,
  rule: Rule,
): { effect: string; verdict?: TableVerdict } {
  const connection = skb.tracking && 'connection' in skb.tracking ? skb.tracking.connection : undefined;
  const hex = (mark: number): string => `0x${mark.toString(16)}`;
  switch (action.kind) {
    case 'continue':
      return { effect: action.target === undefined ? 'counted' : `${action.target}, goes on` };
    case 'mark':
      skb.packet = { ...skb.packet, mark: ((skb.packet.mark & ~action.clear) ^ action.toggle) >>> 0 };
      return { effect: `mark is ${hex(skb.packet.mark)}` };
    case 'set-connmark':
      if (connection) connection.mark = ((connection.mark & ~action.clear) ^ action.toggle) >>> 0;
      return { effect: connection ? `connection mark is ${hex(connection.mark)}` : 'no connection to mark' };
    case 'save-connmark':
      if (connection) connection.mark = ((connection.mark & ~action.ctmask) ^ (skb.packet.mark & action.nfmask)) >>> 0;
      return { effect: connection ? `connection mark is ${hex(connection.mark)}` : 'no connection to mark' };
    case 'restore-connmark':
      if (connection)
        skb.packet = {
          ...skb.packet,
          mark: ((skb.packet.mark & ~action.nfmask) ^ (connection.mark & action.ctmask)) >>> 0,
        };
      return { effect: `mark is ${hex(skb.packet.mark)}` };
    case 'notrack':
      skb.tracking ??= { state: 'UNTRACKED' };
      return { effect: 'not tracked' };
    case 'zone':
      if (action.side !== 'reply') skb.zone.original = action.zone;
      if (action.side !== 'original') skb.zone.reply = action.zone;
      return { effect: `tracked in zone ${action.zone}` };
    case 'dscp':
      skb.packet = { ...skb.packet, dscp: action.value };
      return { effect: `DSCP is ${action.value}` };
    case 'ttl': {
      const { ttl } = skb.packet;
      const by = { set: action.value, increase: ttl + action.value, decrease: ttl - action.value }[action.change];
      skb.packet = { ...skb.packet, ttl: by };
      return { effect: `TTL is ${by}` };
    }
    case 'tproxy':
    case 'unknown':
      return afterUnknownTarget(walk, stack, action.kind === 'unknown' ? action.target : 'TPROXY', rule);
    default:
      return { effect: 'goes on' };
  }
}

/** A target whose work is not simulated: it may let the packet go on, or not. */
function afterUnknownTarget(
  walk: Walk,
  stack: Stack,
  target: string,
  rule: Rule,
): { effect: string; verdict?: TableVerdict } {
  const goesOn = walk.choices.decide(
    {
      id: `${stack.title} ${rule.text}`,
      code: 'target-not-simulated',
      node: stack.node,
      key: rule.text,
      domain: ['goes on', 'ends'],
      text: ([value]) =>
        value === 'goes on'
          ? `target ${target}, which is not simulated, lets the packet go on unchanged on ${stack.title}`
          : `target ${target}, which is not simulated, takes or changes the packet on ${stack.title}`,
    },
    [['goes on'], ['ends']],
  );
  if (goesOn === 0) return { effect: `${target} (not simulated): assumed to go on` };
  return {
    effect: `${target} (not simulated): assumed to take the packet`,
    verdict: { kind: 'undetermined', text: `target ${target} is not simulated` },
  };
}
