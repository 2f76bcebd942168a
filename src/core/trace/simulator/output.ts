import { type Address, type Family, formatAddress, sameAddress } from '../../net/address';
import type { Packet } from '../../net/packet';
import { UDP } from '../../net/protocol';
import type { Flow } from '../../routing/fib';
import type { Scope } from '../../routing/interface';
import type { NextHop, Route } from '../../routing/route';
import { selectSource } from '../../routing/source';
import { selectSource6 } from '../../routing/source6';
import type { Walk } from './context';
import { end, type Fate, fateOf } from './fate';
import { runHook } from './hooks';
import type { Egress } from './nat';
import type { Next, Way } from './next';
import { chooseHop, flowOf, isLoopback, noteRoute, routesLoopback, routesMissing, viaText } from './routing';
import type { Skb } from './skb';
import type { Stack } from './stack';
import type { TableVerdict } from './verdict';

/** What a sender asks for: its packet, and whether it has chosen a source address. */
export interface Sending {
  readonly stack: Stack;
  readonly skb: Skb;
  readonly sourceChosen: boolean;
  /** Its socket is transparent: it may have any source. */
  readonly transparent?: boolean;
  /** The interface that the route should lead to, as far as others are as good. */
  readonly towards?: string | undefined;
  /** The tunnel whose outer packet it is, where that is the kernel's own. */
  readonly tunnel?: string;
}

/** net/ipv4/ip_output.c `ip_queue_xmit`: route, OUTPUT, perhaps another route, POSTROUTING. */
export function sendLocal(
  walk: Walk,
  { stack, skb, sourceChosen, transparent = false, towards, tunnel }: Sending,
): Next {
  const first = { ...flowOf(skb, 'lo'), ...(towards !== undefined && { towards }) };
  // `ip_route_output_key_hash_rcu`: a source that is in no local table but another is no source.
  if (sourceChosen && !transparent && !mayBeSource(stack, skb.packet, tunnel)) return noSource(walk, stack, skb);
  const routed = sourceChosen ? routeOutput(walk, stack, skb, first) : connect(walk, stack, skb, first);
  if ('kind' in routed) return routed;
  // drivers/net/vxlan/vxlan_core.c `vxlan_get_route`, net/ipv4/ip_tunnel.c `ip_tunnel_xmit`: a circular route.
  if (routed.device === tunnel)
    return end('dropped', stack, tunnel, `its route leads into ${tunnel} itself`, 'no-route');
  skb.sentFrom = routed.source;
  skb.out = routed.device;
  let way = routed;
  const reroute = (): TableVerdict | undefined => {
    // ip_route_me_harder looks at protocol and ports where a rule does (`fib4_rules_early_flow_dissect`).
    const again = routeOutput(walk, stack, skb, flowOf(skb, 'lo'));
    if ('kind' in again)
      return { kind: 'drop', by: 'rule', text: `${again.reason}, after the rules changed the packet` };
    way = again;
    return undefined;
  };
  const verdict = runHook(walk, stack, skb, 'OUTPUT', { reroute });
  if (verdict.kind !== 'accept') return fateOf(verdict, stack, skb.out);
  if (refusesOverLo(way, skb.packet.dst.family))
    return end(
      'dropped',
      stack,
      'lo',
      `its route leads over lo of ${stack.title}, and refuses it behind OUTPUT`,
      'no-route',
    );
  return postrouting(walk, stack, skb, way);
}

function noSource(walk: Walk, stack: Stack, skb: Skb): Fate {
  const reason = `${formatAddress(skb.packet.src)} is no address of ${stack.title}: nothing is sent from it`;
  walk.recorder.step(stack, skb, 'route', reason, { text: 'table local' });
  return end('unroutable', stack, undefined, reason, 'martian');
}

/** Over IPv6 a route over lo is made one that refuses, of which no lookup is told (net/ipv6/route.c `fib6_nh_init`). */
export function refusesOverLo({ device, as }: Pick<Way, 'device' | 'as'>, family: Family): boolean {
  return family === 6 && device === 'lo' && as !== 'local';
}

function mayBeSource(stack: Stack, { src: source, proto }: Packet, tunnel: string | undefined): boolean {
  if (stack.made || !stack.fib(source.family)) return true;
  if (source.family === 6) return proto !== UDP || tunnel !== undefined || mayAnswerFrom(stack, source);
  return stack.isLocal(source) || !stack.interfaces.some((one) => one.addresses.length > 0);
}

/**
 * A server names the address that it was asked at, which has to be one of its host's: not one that only a route makes local
 * (net/ipv6/datagram.c `ip6_datagram_send_ctl`; over IPv4, and of TCP, that is not asked).
 */
function mayAnswerFrom(stack: Stack, source: Address): boolean {
  const owned = stack.interfaces.flatMap(({ addresses }) => addresses);
  if (!owned.some(({ address }) => address.family === 6)) return true;
  if (stack.sysctl('net.ipv6.ip_nonlocal_bind') === '1') return true;
  return owned.some(({ address }) => sameAddress(address, source));
}

/**
 * include/net/route.h `ip_route_connect`: one lookup chooses the source, and another, that knows it, the way. Over IPv6 the
 * first stands, unless it is refused: then a source is chosen without a way (net/ipv6/ip6_output.c `ip6_dst_lookup_tail`).
 */
function connect(walk: Walk, stack: Stack, skb: Skb, flow: Flow): Output {
  const unbound = { ...flow, src: undefined };
  const fib = stack.fib(flow.dst.family);
  if (fib && flow.dst.family === 6 && fib.lookup(unbound).kind !== 'route') {
    const src = selectSource6(stack.interfaces, undefined, flow.dst);
    if (src) return routeOutput(walk, stack, skb, { ...flow, src });
  }
  const chosen = routeOutput(walk, stack, skb, unbound);
  if ('kind' in chosen || flow.dst.family === 6 || !fib) return chosen;
  if (!mayBeSource(stack, skb.packet, undefined)) return noSource(walk, stack, skb);
  const bound = { ...flow, src: chosen.source };
  const [before, after] = [fib.lookup(unbound), fib.lookup(bound)];
  const same =
    before.kind === 'route' && after.kind === 'route' && before.route === after.route && after.hops.length === 1;
  return same ? chosen : routeOutput(walk, stack, skb, bound);
}

export function postrouting(walk: Walk, stack: Stack, skb: Skb, way: Way): Next {
  skb.out = way.device;
  const egress: Egress = { device: way.device, nextHop: way.nextHop };
  const verdict = runHook(walk, stack, skb, 'POSTROUTING', { egress });
  if (verdict.kind !== 'accept') return fateOf(verdict, stack, way.device);
  return { kind: 'transmit', stack, ...way };
}

/** The result of a local route lookup: where the packet leaves, or why it does not. */
type Output = (Way & { readonly source: Address }) | Fate;

/** net/ipv4/route.c `ip_route_output_key`: the way of a local packet, and the source address it brings. */
function routeOutput(walk: Walk, stack: Stack, skb: Skb, flow: Flow): Output {
  const fib = stack.fib(flow.dst.family);
  if (!fib) return routesMissing(stack, undefined, flow.dst.family);
  const answer = fib.lookup(flow);
  if (answer.kind !== 'route') {
    const refused = answer.kind === 'refused' ? `${answer.type} route` : 'no route';
    const reason = `${refused} to ${formatAddress(flow.dst)} on ${stack.title}`;
    noteRoute(walk, stack, skb, answer, `${refused}: the sender gets an error at once`);
    return end('unroutable', stack, undefined, reason, answer.kind === 'none' ? 'no-route' : 'refused-route');
  }
  const { route } = answer;
  if (route.type === 'local') {
    const own = flow.dst.family === 6 && selectSource6(stack.interfaces, answer.hops[0]?.device, flow.dst);
    const source = flow.src ?? route.preferredSource ?? (own || flow.dst);
    skb.packet = { ...skb.packet, src: source };
    noteRoute(walk, stack, skb, answer, `local, through lo, source ${formatAddress(source)}`);
    return { device: 'lo', nextHop: flow.dst, source, as: 'local' };
  }
  if (route.type !== 'unicast') {
    noteRoute(walk, stack, skb, answer, `${route.type} destination`);
    // net/ipv4/tcp_ipv4.c `tcp_v4_connect`; a datagram socket has to ask for it (SO_BROADCAST).
    if (route.type === 'broadcast')
      return end(
        'unroutable',
        stack,
        undefined,
        `${formatAddress(flow.dst)} is a broadcast address on ${stack.title}`,
        'broadcast',
      );
    return end('undetermined', stack, undefined, `${route.type} traffic is not simulated`, 'not-simulated');
  }
  const hop = chooseHop(walk, stack, answer, flow);
  const device = hop?.device;
  if (!hop || device === undefined)
    return end('unroutable', stack, undefined, `route "${route.text}" names no interface`, 'no-route');
  const nextHop = hop.gateway ?? flow.dst;
  const source =
    flow.src ??
    route.preferredSource ??
    (flow.dst.family === 4
      ? selectSource(stack.interfaces, device, 4, hop.gateway, scopeOf(route, hop), () =>
          routesLoopback(walk, stack, device),
        )
      : selectSource6(stack.interfaces, device, flow.dst));
  if (!source)
    return end(
      'undetermined',
      stack,
      device,
      `the addresses of ${stack.title} were not collected: collect ip addr`,
      'not-collected',
    );
  if (isLoopback(source) && !routesLoopback(walk, stack, device)) {
    const reason = `${formatAddress(source)} may not leave by ${device} of ${stack.title} (route_localnet is 0)`;
    noteRoute(walk, stack, skb, answer, reason);
    return end('unroutable', stack, device, reason, 'route-localnet');
  }
  skb.packet = { ...skb.packet, src: source };
  noteRoute(walk, stack, skb, answer, `out on ${device}${viaText(hop)}, source ${formatAddress(source)}`);
  const gatewayName = hop.gatewayName !== undefined && { gatewayName: hop.gatewayName };
  return { device, nextHop, source, as: 'astray', ...gatewayName };
}

function scopeOf(route: Route, hop: NextHop): Scope {
  if (route.scope === 'link' || route.scope === 'host' || route.scope === 'global') return route.scope;
  return hop.gateway || hop.gatewayName !== undefined ? 'global' : 'link';
}
