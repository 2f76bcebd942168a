import { type Address, ALL_ONES, formatSocket } from '../../net/address';
import type { Packet } from '../../net/packet';
import { hasPorts, ICMP, ICMPV6, TCP } from '../../net/protocol';
import { formatRange, inRange, type Range } from '../../net/range';
import type { Action, NatRange } from '../../netfilter/action';
import type { Hook } from '../../netfilter/hook';
import type { Connection, Tuple } from '../../netfilter/tracking';
import { selectSource } from '../../routing/source';
import { selectSource6 } from '../../routing/source6';
import { assume, type Walk } from './context';
import { invert, isQuery, sameTuple, tupleOf } from './conntrack';
import { record, type Skb } from './skb';
import type { Stack } from './stack';

export type Manipulation = 'destination' | 'source';

/** Which side a hook rewrites (net/netfilter/nf_nat_core.c `HOOK2MANIP`). */
export function manipulationAt(hook: Hook): Manipulation {
  return hook === 'POSTROUTING' || hook === 'INPUT' ? 'source' : 'destination';
}

/** Where a packet that leaves goes: the next hop decides which address MASQUERADE takes. */
export interface Egress {
  readonly device: string;
  readonly nextHop: Address | undefined;
}

type NatAction = Extract<Action, { kind: 'dnat' | 'snat' | 'masquerade' | 'redirect' | 'netmap' }>;

/**
 * Gives the connection of a packet its mapping (net/netfilter/nf_nat_core.c `nf_nat_setup_info`). The packet itself is
 * rewritten afterwards by `rewrite`.
 */
export function setUpNat(
  walk: Walk,
  stack: Stack,
  skb: Skb,
  connection: Connection,
  hook: Hook,
  action: NatAction,
  egress: Egress | undefined,
): { effect: string; drop?: true } {
  const side = manipulationAt(hook);
  const range = rangeFor(stack, skb, hook, action, egress);
  if (typeof range === 'string') return { effect: range, drop: true };
  if (action.kind === 'masquerade' && egress) connection.masqueradedOn = egress.device;
  const current = invert(connection.reply);
  const wanted = chooseTuple(walk, stack, current, side, range, connection);
  connection.decided[side] = true;
  if (!sameTuple(wanted, current)) {
    connection.reply = invert(wanted);
    connection.nat[side] = true;
  }
  const [address, port] = side === 'destination' ? [wanted.dst, wanted.dport] : [wanted.src, wanted.sport];
  const verb = {
    dnat: 'DNAT to',
    snat: 'SNAT to',
    masquerade: 'MASQUERADE as',
    redirect: 'REDIRECT to',
    netmap: 'NETMAP to',
  }[action.kind];
  return { effect: `${verb} ${formatSocket(address, hasPorts(skb.packet.proto) ? port : undefined)}` };
}

function samePlace(a: Address, aPort: number, b: Address, bPort: number): boolean {
  return a.value === b.value && aPort === bPort;
}

/** The addresses and ports an action allows, or why it does nothing. */
function rangeFor(
  stack: Stack,
  skb: Skb,
  hook: Hook,
  action: NatAction,
  egress: Egress | undefined,
): NatRange | string {
  switch (action.kind) {
    case 'dnat':
    case 'snat':
      return action.range;
    case 'masquerade': {
      const nextHop = egress?.nextHop ?? skb.packet.dst;
      const source =
        egress &&
        (nextHop.family === 4
          ? selectSource(stack.interfaces, egress.device, 4, nextHop, 'global')
          : selectSource6(stack.interfaces, egress.device, skb.packet.dst));
      if (!source) return 'MASQUERADE finds no address';
      return withPorts({ addresses: { from: source, to: source }, random: action.random }, action.ports);
    }
    case 'redirect': {
      const target = redirectAddress(stack, skb, hook);
      if (!target) return 'REDIRECT finds no address';
      return withPorts({ addresses: { from: target, to: target }, random: action.random }, action.ports);
    }
    case 'netmap': {
      const { prefix } = action;
      const own = manipulationAt(hook) === 'destination' ? skb.packet.dst : skb.packet.src;
      const host = own.value & (ALL_ONES[prefix.family] ^ prefix.mask);
      const mapped = { family: prefix.family, value: prefix.value | host };
      return { addresses: { from: mapped, to: mapped }, random: false };
    }
  }
}

function withPorts(range: NatRange, ports: Range | undefined): NatRange {
  return ports ? { ...range, ports } : range;
}

/** net/netfilter/nf_nat_redirect.c: loopback for local senders, else the first address of the incoming interface. */
function redirectAddress(stack: Stack, skb: Skb, hook: Hook): Address | undefined {
  const { family } = skb.packet.dst;
  if (hook === 'OUTPUT') return family === 4 ? { family, value: 0x7f00_0001n } : { family, value: 1n };
  return stack
    .device(skb.in ?? '')
    ?.addresses.find((own) => own.address.family === family && (own.scope === 'link' || !isLinkLocal(skb.packet.dst)))
    ?.address;
}

/** fe80::/10 */
function isLinkLocal({ family, value }: Address): boolean {
  return family === 6 && value >> 118n === 0xfe80n >> 6n;
}

/** net/netfilter/nf_nat_core.c `get_unique_tuple`, as far as it does not depend on other connections. */
function chooseTuple(
  walk: Walk,
  stack: Stack,
  current: Tuple,
  side: Manipulation,
  range: NatRange,
  connection: Connection,
): Tuple {
  const address = chooseAddress(walk, side === 'destination' ? current.dst : current.src, range);
  const moved = side === 'destination' ? { ...current, dst: address } : { ...current, src: address };
  const port = choosePort(walk, stack, moved, side, range, connection);
  const wanted = side === 'destination' ? { ...moved, dport: port } : { ...moved, sport: port };
  if (isEcho(wanted)) return withFreeId(stack, wanted, connection);
  return side === 'source' ? withFreePort(walk, stack, wanted, connection) : wanted;
}

function isEcho({ proto }: Tuple): boolean {
  return proto === ICMP || proto === ICMPV6;
}

/**
 * The same for echoes, on either side: another id where this one is taken. A destination's is the first that is free, from
 * 0 on; a source's is drawn, and no trace shows it.
 */
function withFreeId(stack: Stack, wanted: Tuple, connection: Connection): Tuple {
  const isFree = (id: number): boolean => !stack.conntrack.holder(invert({ ...wanted, sport: id }), connection);
  if (isFree(wanted.sport)) return wanted;
  let id = 0;
  while (id < 0xffff && !isFree(id)) id++;
  return { ...wanted, sport: id };
}

/** The text of a step. */
export const PORT_TAKEN = 'another connection has its addresses and ports, so the kernel draws another source port';
/** The text of a step. */
export const ID_TAKEN = 'another connection has its addresses and its id, so the kernel takes another id';

/**
 * No rule rewrites the source of a connection: `nf_nat_alloc_null_binding` still sees to it that its replies are nobody
 * else's.
 */
export function keepUnique(walk: Walk, stack: Stack, skb: Skb, connection: Connection): void {
  const current = invert(connection.reply);
  const echo = isEcho(current);
  const free = echo ? withFreeId(stack, current, connection) : withFreePort(walk, stack, current, connection);
  if (free === current) return;
  connection.reply = invert(free);
  connection.nat.source = true;
  const effect = echo ? 'the echo has another id' : `source becomes ${formatSocket(free.src, free.sport)}`;
  walk.recorder.step(stack, skb, 'nat', effect, { text: echo ? ID_TAKEN : PORT_TAKEN });
}

/** `nf_nat_used_tuple_new`: UDP that only seems to be another connection, for it is the same one the other way round. */
function mayClash({ original, reply, nat }: Connection, wanted: Tuple): boolean {
  if (wanted.proto === TCP || nat.source || nat.destination) return false;
  return sameTuple(original, invert(wanted)) && sameTuple(reply, wanted);
}

/** net/netfilter/nf_nat_core.c `nf_nat_l4proto_unique_tuple`: another source port where this one is taken. */
function withFreePort(walk: Walk, stack: Stack, wanted: Tuple, connection: Connection): Tuple {
  const holder = stack.conntrack.holder(invert(wanted), connection);
  if (!hasPorts(wanted.proto) || !holder || mayClash(holder, wanted)) return wanted;
  const { from, to } = defaultRange(wanted.sport);
  const text = `port ${wanted.sport} is taken by another connection: another one is drawn from ${from}–${to}; the first that is free is shown`;
  assume(walk, 'port-drawn', stack.node, text);
  return { ...wanted, sport: drawSource(walk, stack, wanted, { from, to }, connection) };
}

/** A free port of the range, to be shown for the one that is drawn. */
function drawSource(walk: Walk, stack: Stack, wanted: Tuple, range: Range, connection: Connection): number {
  const isFree = (sport: number): boolean => !stack.conntrack.holder(invert({ ...wanted, sport }), connection);
  return walk.drawn.draw(range, isFree);
}

/** What a source port is drawn from where no rule says that. */
function defaultRange(port: number): Range {
  return port < 512 ? { from: 1, to: 511 } : port < 1024 ? { from: 600, to: 1023 } : { from: 1024, to: 65535 };
}

function chooseAddress(walk: Walk, own: Address, range: NatRange): Address {
  const { addresses } = range;
  if (!addresses) return own;
  const count = Number(addresses.to.value - addresses.from.value) + 1;
  if (count <= 1) return addresses.from;
  // The kernel hashes the source address; without its seed every address is as likely.
  const shown = Math.min(count, 16);
  const drawn = walk.choices.draw(Array.from({ length: shown }, () => 1 / shown));
  return { family: own.family, value: addresses.from.value + BigInt(drawn) };
}

/** net/netfilter/nf_nat_core.c `nf_nat_l4proto_unique_tuple`. */
function choosePort(
  walk: Walk,
  stack: Stack,
  current: Tuple,
  side: Manipulation,
  { ports, basePort, random }: NatRange,
  connection: Connection,
): number {
  const own = side === 'destination' ? current.dport : current.sport;
  if (isEcho(current) || !hasPorts(current.proto)) return own;
  if (ports && basePort !== undefined) return ports.from + ((own - basePort) % (ports.to - ports.from + 1));
  if (ports ? inRange(ports, own) && !random : !random || side === 'destination') return own;
  const range = ports ?? defaultRange(own);
  if (range.from === range.to || (side === 'destination' && !random)) return range.from;
  const which = side === 'destination' ? 'port' : 'source port';
  const text = `the ${which} is drawn from ${formatRange(range)}; the first that is free is shown`;
  assume(walk, 'random-port', stack.node, text);
  return side === 'destination'
    ? walk.drawn.draw(range, () => true)
    : drawSource(walk, stack, current, range, connection);
}

/**
 * Rewrites a packet of a connection with a mapping (net/netfilter/nf_nat_core.c `nf_nat_packet`): forward as the rules
 * chose, back to what the other side expects for a reply.
 */
export function rewrite(walk: Walk, stack: Stack, skb: Skb, hook: Hook): void {
  const { tracking } = skb;
  if (!tracking || !('connection' in tracking)) return;
  const { connection, direction } = tracking;
  const side = manipulationAt(hook);
  const other: Manipulation = side === 'source' ? 'destination' : 'source';
  // A reply is rewritten on the side opposite to that of the original packet.
  if (!connection.nat[direction === 'original' ? side : other]) return;
  const target = invert(direction === 'original' ? connection.reply : connection.original);
  const before = record(skb);
  const now = tupleOf(skb.packet);
  const packet = side === 'destination' ? withDestination(skb.packet, target) : withSource(skb.packet, target);
  const same =
    (side === 'destination'
      ? samePlace(target.dst, target.dport, now.dst, now.dport)
      : samePlace(target.src, target.sport, now.src, now.sport)) &&
    (!isEcho(now) || now.sport === target.sport);
  if (same) return;
  skb.packet = packet.inner ? { ...packet, inner: innerOf(packet.inner, connection, direction, other) } : packet;
  // The first packet is rewritten by the rule itself, whose step shows it.
  if (!connection.confirmed) return;
  const place =
    side === 'destination' ? formatSocket(packet.dst, packet.dport) : formatSocket(packet.src, packet.sport);
  const effect = direction === 'reply' ? `${side} restored to ${place}` : `${side} becomes ${place}`;
  const text = direction === 'reply' ? 'un-NAT of the reply by conntrack' : 'NAT as the connection has it';
  walk.recorder.step(stack, skb, 'nat', effect, { hook, text, before });
}

/** The packet within an ICMP error is put back, too: on its other side (net/netfilter/nf_nat_proto.c `nf_nat_icmp_reply_translation`). */
function innerOf(inner: Packet, connection: Connection, direction: 'original' | 'reply', side: Manipulation): Packet {
  const target = direction === 'original' ? connection.reply : connection.original;
  return side === 'destination' ? withDestination(inner, target) : withSource(inner, target);
}

function withDestination(packet: Packet, target: Tuple): Packet {
  if (packet.icmp) return { ...packet, dst: target.dst, icmp: withId(packet.icmp, target) };
  return { ...packet, dst: target.dst, ...(packet.dport !== undefined && { dport: target.dport }) };
}

function withSource(packet: Packet, target: Tuple): Packet {
  if (packet.icmp) return { ...packet, src: target.src, icmp: withId(packet.icmp, target) };
  return { ...packet, src: target.src, ...(packet.sport !== undefined && { sport: target.sport }) };
}

/** net/netfilter/nf_nat_proto.c `icmp_manip_pkt`: whichever side is rewritten; errors and redirects have no id. */
function withId(icmp: NonNullable<Packet['icmp']>, { proto, sport: id }: Tuple): NonNullable<Packet['icmp']> {
  return isQuery(proto, icmp.type) ? { ...icmp, id } : icmp;
}
