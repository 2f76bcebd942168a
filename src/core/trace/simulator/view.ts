import { type Address, sameAddress } from '../../net/address';
import type { Range } from '../../net/range';
import { setContains } from '../../netfilter/ipset';
import type { Hook } from '../../netfilter/hook';
import type { AddressType, Answer, PacketView } from '../../netfilter/match';
import type { Fib } from '../../routing/fib';
import { reversePath } from '../../routing/reverse-path';
import type { Route } from '../../routing/route';
import type { Tracking } from '../../netfilter/tracking';
import type { DrawnPorts } from './drawn-ports';
import { DEFAULT_ZONES, type Skb } from './skb';
import type { Stack } from './stack';

/** A packet at a hook, as the matches of the rules see it. */
export function viewOf(stack: Stack, skb: Skb, hook: Hook, drawn: DrawnPorts): PacketView {
  const drawnFrom = (port: number): Range | undefined => drawn.rangeOf(port);
  return {
    family: skb.packet.src.family,
    packet: skb.packet,
    hook,
    in: skb.in,
    out: skb.out,
    physIn: skb.physIn,
    physOut: skb.physOut,
    bridged: skb.bridged,
    tracking: skb.tracking ?? (skb.template ? templateFor(skb) : { state: 'INVALID' }),
    socket: skb.socket,
    macSource: macSource(stack, skb),
    addressType: (address, device) => addressType(stack, address, device),
    reversePath: (check) => rpfilterMatch(stack, skb, check),
    inSet: (name, directions) => {
      const sets = stack.namespace.ipSets;
      const held =
        sets && setContains(sets, name, directions, { packet: skb.packet, in: skb.in, out: skb.out, drawnFrom });
      return held ?? unknownSet(name, directions, skb);
    },
    recentList: (name) => stack.recentList(name),
    drawnFrom,
  };
}

/** Null where it came in no Ethernet frame: over lo, out of a TUN, from this host itself. */
function macSource(stack: Stack, skb: Skb): string | null | undefined {
  const device = skb.in === undefined ? null : stack.device(skb.in);
  if (device === undefined) return undefined;
  return device === null || device.loopback || device.mac === undefined ? null : skb.mac;
}

/**
 * What target CT has set passes for a new connection until the packet is tracked: one of nobody's, confirmed
 * (net/netfilter/xt_CT.c `xt_ct_tg_check`).
 */
function templateFor({ packet, template = DEFAULT_ZONES }: Skb): Tracking {
  const nobody = { family: packet.src.family, value: 0n };
  const tuple = { src: nobody, dst: nobody, proto: 0, sport: 0, dport: 0 };
  const connection = {
    original: tuple,
    reply: tuple,
    zone: template,
    mark: 0,
    decided: { destination: false, source: false },
    nat: { destination: false, source: false },
    confirmed: true,
    seenReply: false,
    assured: false,
  };
  return { state: 'NEW', direction: 'original', connection };
}

function unknownSet(name: string, directions: readonly string[], skb: Skb): Answer {
  const { packet } = skb;
  const subject = `set ${name} ${directions.join()} ${String(packet.src.value)} ${String(packet.dst.value)} ${packet.sport ?? ''} ${packet.dport ?? ''}`;
  return {
    kind: 'unknown',
    code: 'set-members-unknown',
    subject,
    text: `set ${name} holds the packet's ${directions.join()}`,
  };
}

/** net/netfilter/xt_addrtype.c `match_lookup_rt6`: not the local table, but the way to it. */
function type6(stack: Stack, fib: Fib, dst: Address, device: string | undefined): Route['type'] {
  if (device !== undefined) {
    if (stack.device(device)?.addresses.some(({ address }) => sameAddress(address, dst)) === true) return 'local';
    const type = fib.localRoute(dst, device)?.type ?? 'unicast';
    return type === 'local' ? 'unicast' : type;
  }
  const unknown = { src: undefined, iif: 'lo', mark: 0, tos: 0, proto: 0, sport: undefined, dport: undefined };
  const answer = fib.lookup({ dst, ...unknown });
  return answer.kind === 'route' ? answer.route.type : 'unreachable';
}

/** net/ipv4/fib_frontend.c `__inet_dev_addr_type`. */
function addressType(
  stack: Stack,
  address: Address,
  device: string | undefined,
): ReturnType<PacketView['addressType']> {
  if (address.family === 4) {
    const first = Number(address.value >> 24n);
    if (address.value === 0xffff_ffffn || first === 0) return 'BROADCAST';
    if (first >= 224 && first < 240) return 'MULTICAST';
  } else if (address.value >> 120n === 0xffn) return 'MULTICAST';
  const fib = stack.fib(address.family);
  if (!fib)
    return {
      kind: 'unknown',
      code: 'addresses-unknown',
      subject: `addrtype ${String(address.value)}`,
      text: 'the address is local',
    };
  const type = address.family === 6 ? type6(stack, fib, address, device) : fib.localRoute(address, device)?.type;
  return (type?.toUpperCase() as AddressType | undefined) ?? 'UNICAST';
}

/**
 * net/ipv4/netfilter/ipt_rpfilter.c `rpfilter_mt`: no protocol, no ports; ip6t_rpfilter.c: no ports, and where it is strict
 * a packet that leaves by the interface.
 */
function rpfilterMatch(
  stack: Stack,
  skb: Skb,
  check: { loose: boolean; useMark: boolean; acceptLocal: boolean },
): Answer {
  const fib = stack.fib(skb.packet.src.family);
  if (!fib || skb.in === undefined)
    return { kind: 'unknown', code: 'routes-unknown', subject: 'rpfilter', text: 'the reverse path is good' };
  if (skb.in === 'lo') return true;
  const result = reversePath({
    fib,
    packet: skb.packet,
    device: skb.in,
    deviceHasAddress: true,
    acceptLocal: check.acceptLocal,
    useMark: check.useMark,
    dst: skb.packet.dst,
    ports: false,
    ...(fib.family === 6 && !check.loose && { towards: skb.in }),
  });
  return !result.drops.includes(check.loose ? 2 : 1);
}
