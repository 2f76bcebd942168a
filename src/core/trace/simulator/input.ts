import { type Address, formatAddress, sameAddress } from '../../net/address';
import type { Walk } from './context';
import { end, type Fate, fateOf } from './fate';
import { forward, forwards } from './forward';
import { runHook } from './hooks';
import type { InputRoute, Next, SentAs } from './next';
import { refusesOverLo } from './output';
import { checkSource } from './reverse-path';
import {
  chooseHop,
  flowOf,
  isLoopback,
  isLoopback6,
  noteRoute,
  routesLoopback,
  routesMissing,
  viaText,
} from './routing';
import type { Skb } from './skb';
import type { Stack } from './stack';

/** net/ipv4/ip_input.c `ip_rcv`: PREROUTING, then the routing decision. */
export function receiveIp(walk: Walk, stack: Stack, skb: Skb, device: string): Next {
  skb.in = device;
  skb.out = undefined;
  // net/ipv4/ip_input.c `ip_rcv_core`: what TPROXY gave it to in a bridge is forgotten.
  skb.taken = false;
  // net/ipv6/ip6_input.c `ip6_rcv_core`, before any hook.
  const { src, dst: target } = skb.packet;
  if (device !== 'lo' && !skb.prerouted && (isLoopback6(src) || isLoopback6(target)))
    return end('dropped', stack, device, `::1 is not taken from ${device} of ${stack.title}`, 'martian');
  if (skb.prerouted) skb.prerouted = false;
  else {
    const { dst } = skb.packet;
    const verdict = runHook(walk, stack, skb, 'PREROUTING');
    if (verdict.kind !== 'accept') return fateOf(verdict, stack, device);
    // nf_nat_proto.c `nf_nat_ipv4_pre_routing`: with another destination the route of the sender is forgotten.
    if (dst.value !== skb.packet.dst.value) skb.looped = undefined;
  }
  if (skb.looped !== undefined) return afterLoop(walk, stack, skb, skb.looped);
  const route = skb.routed ?? routeInput(walk, stack, skb, device);
  skb.routed = undefined;
  return route.kind === 'end' ? route : followRoute(walk, stack, skb, device, route);
}

/**
 * On lo the packet keeps the route of its sender (drivers/net/loopback.c): no lookup, no reverse path check. What was sent
 * there is for this host, whatever its address (net/ipv4/route.c `__mkroute_output`: RTCF_LOCAL); it cannot answer from it.
 */
function afterLoop(walk: Walk, stack: Stack, skb: Skb, as: SentAs): Next {
  skb.looped = undefined;
  if (as !== 'forwarded') return deliver(walk, stack, skb, 'lo');
  const hop = { device: 'lo', gateway: undefined, gatewayName: undefined, weight: 1, dead: false, linkDown: false };
  const next = forward(walk, stack, skb, 'lo', hop, 'lo');
  if (next.kind !== 'end' || next.cause !== 'ttl') return next;
  const target = `${formatAddress(skb.packet.dst)}, which is no address of ${stack.title}`;
  return end('loop', stack, 'lo', `it is forwarded to lo over and over, to ${target}`, 'ttl');
}

/** net/ipv4/route.c `ip_route_input_slow`. */
export function routeInput(walk: Walk, stack: Stack, skb: Skb, device: string): InputRoute | Fate {
  const { packet } = skb;
  const fib = stack.fib(packet.dst.family);
  if (!fib) return routesMissing(stack, device, packet.dst.family);
  const martian = martianReason(walk, stack, skb, device);
  if (martian !== undefined) return end('dropped', stack, device, martian, 'martian');
  const flow = flowOf(skb, device);
  // net/ipv6/route.c `rt6_need_strict`: the way to ::1 leads out of the interface it came in on, which is not lo.
  const answer = fib.lookup(isLoopback6(packet.dst) ? { ...flow, oif: device } : flow);
  if (answer.kind === 'route' && answer.route.type === 'local') {
    const dropped = checkSource(walk, stack, skb, device, undefined);
    if (dropped) return dropped;
    noteRoute(walk, stack, skb, answer, 'for this node');
    return { kind: 'local' };
  }
  if (answer.kind === 'route' && answer.route.type !== 'unicast') {
    noteRoute(walk, stack, skb, answer, `${answer.route.type} destination`);
    return end(
      'dropped',
      stack,
      device,
      `${formatAddress(packet.dst)} is a ${answer.route.type} address on ${stack.title}`,
      'martian',
    );
  }
  // Over IPv6 who has no route is told so also by a host (net/ipv6/route.c `ip6_pkt_discard`; ip6_output.c `ip6_forward`).
  const overLo = (device: string | undefined): boolean =>
    device !== undefined && refusesOverLo({ device, as: 'forwarded' }, packet.dst.family);
  const told = packet.dst.family === 6 && (answer.kind !== 'route' || answer.hops.every((hop) => overLo(hop.device)));
  if (!told && !forwards(walk, stack, device, packet.dst.family)) {
    noteRoute(walk, stack, skb, answer, `not forwarded: ${stack.title} is not a router`);
    return end('dropped', stack, device, `ip_forward is off on ${stack.title}`, 'ip-forward');
  }
  if (answer.kind !== 'route') {
    const refused = answer.kind === 'refused' ? `${answer.type} route` : 'no route';
    noteRoute(walk, stack, skb, answer, refused);
    return end(
      'unroutable',
      stack,
      device,
      `${refused} to ${formatAddress(packet.dst)} on ${stack.title}`,
      answer.kind === 'none' ? 'no-route' : 'refused-route',
    );
  }
  const hop = chooseHop(walk, stack, answer, flow);
  const out = hop?.device;
  if (!hop || out === undefined)
    return end('unroutable', stack, device, `route "${answer.route.text}" names no interface`, 'no-route');
  if (overLo(out)) {
    noteRoute(walk, stack, skb, answer, 'over lo: it refuses');
    return end('unroutable', stack, device, `no route to ${formatAddress(packet.dst)} on ${stack.title}`, 'no-route');
  }
  const dropped = checkSource(walk, stack, skb, device, out);
  if (dropped) return dropped;
  noteRoute(walk, stack, skb, answer, `forwarded to ${out}${viaText(hop)}`);
  return { kind: 'forward', route: answer.route, hop, device: out };
}

/** What follows the routing decision. */
function followRoute(walk: Walk, stack: Stack, skb: Skb, device: string, route: InputRoute): Next {
  if (route.kind === 'local') return deliver(walk, stack, skb, device);
  // net/ipv4/ip_forward.c `ip_forward`: what belongs to a socket is not passed on.
  if (skb.taken)
    return end(
      'dropped',
      stack,
      device,
      `TPROXY has given it to a socket of ${stack.title}, and its route leads on`,
      'no-route',
    );
  return forward(walk, stack, skb, device, route.hop, route.device);
}

/** INPUT, then a socket. */
function deliver(walk: Walk, stack: Stack, skb: Skb, device: string): Next {
  const verdict = runHook(walk, stack, skb, 'INPUT');
  if (verdict.kind !== 'accept') return fateOf(verdict, stack, device);
  // kube-proxy in IPVS mode gives the node every service's address; IPVS takes the packet behind INPUT (ip_vs_core.c).
  if (holdsForIpvs(stack, skb.packet.dst))
    return end('undetermined', stack, device, `IPVS of ${stack.title} chooses the endpoint`, 'not-simulated');
  return end('delivered', stack, device);
}

function holdsForIpvs(stack: Stack, address: Address): boolean {
  return stack.device('kube-ipvs0')?.addresses.some((own) => sameAddress(own.address, address)) === true;
}

function martianReason(walk: Walk, stack: Stack, skb: Skb, device: string): string | undefined {
  const { src, dst } = skb.packet;
  if (src.family !== 4) return undefined;
  const top = (address: Address): number => Number(address.value >> 24n);
  if (top(src) === 0 || top(src) >= 224) return `${formatAddress(src)} cannot be a source`;
  if (!isLoopback(src) && !isLoopback(dst)) return undefined;
  return routesLoopback(walk, stack, device)
    ? undefined
    : `loopback addresses are not routed from ${device} (route_localnet is 0)`;
}
