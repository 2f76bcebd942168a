import assert from 'node:assert/strict';
import { type Address, type Family, parseAddress } from '../../src/core/net/address';
import { FLAG, type Packet } from '../../src/core/net/packet';
import { ICMP, ICMPV6, TCP, UDP } from '../../src/core/net/protocol';
import type { AddressType, Answer, PacketView } from '../../src/core/netfilter/match';
import type { Connection, Tracking } from '../../src/core/netfilter/tracking';

export function ip(text: string): Address {
  const found = parseAddress(text);
  assert.ok(found, `${text} is an address`);
  return found;
}

function packet(proto: number, from: string, to: string, more: Partial<Packet>): Packet {
  return { src: ip(from), dst: ip(to), proto, mark: 0, ttl: 64, length: 60, dscp: 0, ...more };
}

/** A SYN: `tcp('192.168.1.12:50712', '10.0.0.103:80')`. */
export function tcp(from: string, to: string, more: Partial<Packet> = {}): Packet {
  const [src, sport] = socket(from);
  const [dst, dport] = socket(to);
  return packet(TCP, src, dst, { sport, dport, flags: FLAG.SYN, ...more });
}

export function udp(from: string, to: string, more: Partial<Packet> = {}): Packet {
  const [src, sport] = socket(from);
  const [dst, dport] = socket(to);
  return packet(UDP, src, dst, { sport, dport, length: 32, ...more });
}

/** An echo request. */
export function ping(from: string, to: string, more: Partial<Packet> = {}): Packet {
  const v4 = ip(from).family === 4;
  return packet(v4 ? ICMP : ICMPV6, from, to, { icmp: { type: v4 ? 8 : 128, code: 0, id: 7 }, length: 84, ...more });
}

/** `10.0.0.1:80`, `[fd00::1]:80`. */
function socket(text: string): [host: string, port: number] {
  const colon = text.lastIndexOf(':');
  return [text.slice(0, colon).replace(/^\[|\]$/g, ''), Number(text.slice(colon + 1))];
}

/** A connection that this packet opens. */
export function connection(first: Packet, more: Partial<Connection> = {}): Connection {
  const { src, dst, proto, sport = 0, dport = 0 } = first;
  return {
    original: { src, dst, proto, sport, dport },
    reply: { src: dst, dst: src, proto, sport: dport, dport: sport },
    zone: { original: 0, reply: 0 },
    mark: 0,
    decided: { destination: false, source: false },
    nat: { destination: false, source: false },
    confirmed: false,
    seenReply: false,
    assured: false,
    ...more,
  };
}

export function tracked(
  state: 'NEW' | 'ESTABLISHED' | 'RELATED',
  of: Connection,
  direction: 'original' | 'reply' = 'original',
): Tracking {
  return { state, direction, connection: of };
}

/** What a view of a packet may say beside the packet itself. */
export interface Surroundings extends Partial<Omit<PacketView, 'packet'>> {
  readonly types?: Readonly<Record<string, AddressType>>;
  readonly reversePathGood?: Answer;
  readonly sets?: Answer;
}

/** The packet at a hook, as matches see it: PREROUTING of eth0, newly tracked, unless it is said otherwise. */
export function view(
  seen: Packet,
  { types = {}, reversePathGood = true, sets = false, ...more }: Surroundings = {},
): PacketView {
  const of: Family = seen.src.family;
  return {
    family: of,
    packet: seen,
    hook: 'PREROUTING',
    in: 'eth0',
    out: undefined,
    physIn: undefined,
    physOut: undefined,
    bridged: false,
    tracking: tracked('NEW', connection(seen)),
    socket: undefined,
    macSource: undefined,
    addressType: (address) =>
      Object.entries(types).find(
        ([text]) => ip(text).value === address.value && ip(text).family === address.family,
      )?.[1] ?? 'UNICAST',
    reversePath: () => reversePathGood,
    inSet: () => sets,
    drawnFrom: () => undefined,
    recentList: () => new Map(),
    ...more,
  };
}
