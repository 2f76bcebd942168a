import { type Address, type Family, formatAddress } from '../../net/address';
import type { FibAnswer, Flow } from '../../routing/fib';
import type { NextHop } from '../../routing/route';
import { assume, isOn, type Walk } from './context';
import { end, type Fate } from './fate';
import type { Skb } from './skb';
import type { Stack } from './stack';

/* What the lookups of packets that come in and that go out have in common. */

export function flowOf(skb: Skb, iif: string): Flow {
  const { packet } = skb;
  return {
    dst: packet.dst,
    src: packet.src,
    iif,
    mark: packet.mark,
    tos: packet.dscp << 2,
    proto: packet.proto,
    sport: packet.sport,
    dport: packet.dport,
  };
}

/**
 * One next hop of several: the kernel hashes the addresses (net/ipv4/route.c `fib_multipath_hash`), and the seed of the
 * hash is not in a dump. A packet that comes again goes the same way.
 */
export function chooseHop(
  walk: Walk,
  stack: Stack,
  { route, hops }: Extract<FibAnswer, { kind: 'route' }>,
  { src, dst }: Flow,
): NextHop | undefined {
  const key = `${route.text} ${src ? formatAddress(src) : ''} ${formatAddress(dst)}`;
  const before = stack.hops.get(key);
  if (before) return before;
  const total = hops.reduce((sum, hop) => sum + hop.weight, 0);
  const same = (a: NextHop, b: NextHop): boolean =>
    a.device === b.device && a.gatewayName === b.gatewayName && a.gateway?.value === b.gateway?.value;
  const different = hops.filter((hop, at) => hops.findIndex((other) => same(other, hop)) === at);
  const weights = different.map((hop) => hops.reduce((sum, other) => (same(other, hop) ? sum + other.weight : sum), 0));
  const hop = different[walk.choices.draw(weights.map((weight) => weight / total))];
  if (hop) stack.hops.set(key, hop);
  return hop;
}

export function outputId(family: number): string {
  return family === 4 ? 'ip-route' : 'ip6-route';
}

export function noteRoute(walk: Walk, stack: Stack, skb: Skb, answer: FibAnswer, effect: string): void {
  const route = answer.kind === 'none' ? undefined : answer.route;
  if (stack.usualRoutes)
    assume(
      walk,
      'usual-routes',
      stack.node,
      `${stack.title} has a default route through its node; its routes were not collected`,
    );
  const text = route?.text ?? (answer.kind === 'none' ? 'no route' : answer.rule.text);
  walk.recorder.step(stack, skb, 'route', effect, {
    text:
      answer.kind === 'none' || answer.rule.line === 0
        ? text
        : `${text} (rule ${answer.rule.priority}: ${answer.rule.text})`,
    ...(route &&
      route.line > 0 &&
      !stack.made &&
      !stack.usualRoutes && { source: { output: outputId(skb.packet.dst.family), line: route.line } }),
  });
}

export function routesMissing(stack: Stack, device: string | undefined, family: Family): Fate {
  return end(
    'undetermined',
    stack,
    device,
    `the routes of ${stack.title} were not collected: collect ${family === 4 ? 'ip route' : 'ip -6 route'}`,
    'not-collected',
  );
}

export function viaText({ gateway, gatewayName }: NextHop): string {
  if (gateway) return ` via ${formatAddress(gateway)}`;
  return gatewayName === undefined ? '' : ` via ${gatewayName}`;
}

export function isLoopback(address: Address): boolean {
  return address.family === 4 && address.value >> 24n === 127n;
}

/** ::1 */
export function isLoopback6({ family, value }: Address): boolean {
  return family === 6 && value === 1n;
}

/** `IN_DEV_ROUTE_LOCALNET`: packets of 127.0.0.0/8 may come in on an interface other than lo, and leave by it. */
export function routesLoopback(walk: Walk, stack: Stack, device: string): boolean {
  return [stack.deviceKey(device, 'route_localnet'), stack.deviceKey('all', 'route_localnet')].some((key) =>
    isOn(walk, stack, 'route-localnet-unknown', key),
  );
}
