import { type Address, type Family, formatAddress } from '../net/address';
import type { FibAnswer, Flow } from '../routing/fib';
import type { Interface } from '../routing/interface';
import { reversePath, type RpFilter } from '../routing/reverse-path';
import type { NextHop, Route } from '../routing/route';
import { selectSource } from '../routing/source';
import type { Scope } from '../routing/interface';
import type { TableVerdict } from './chains';
import { assume, decideSysctl, isOn, type Walk } from './context';
import { end, type Fate } from './fate';
import { runHook } from './hooks';
import type { Egress } from './nat';
import type { Skb } from './skb';
import type { Stack } from './stack';

/** What becomes of a packet next. */
export type Next =
  | {
      readonly kind: 'transmit';
      readonly stack: Stack;
      readonly device: string;
      readonly nextHop: Address;
      readonly gatewayName?: string;
      /** How the packet came to be sent: see `Skb.looped`. */
      readonly as: 'local' | 'forwarded' | 'astray';
    }
  | { readonly kind: 'arrive'; readonly stack: Stack; readonly device: string | undefined; readonly nextHop: Address }
  | { readonly kind: 'input'; readonly stack: Stack; readonly device: string }
  | Fate;

function outputId(family: number): string {
  return family === 4 ? 'ip-route' : 'ip6-route';
}

function flowOf(skb: Skb, iif: string): Flow {
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

/** One next hop of several: the kernel hashes the addresses, and the seed of the hash is not in a dump. */
function chooseHop(walk: Walk, hops: readonly NextHop[]): NextHop | undefined {
  const total = hops.reduce((sum, hop) => sum + hop.weight, 0);
  return hops[walk.choices.draw(hops.map((hop) => hop.weight / total))];
}

function noteRoute(walk: Walk, stack: Stack, skb: Skb, answer: FibAnswer, effect: string): void {
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

function routesMissing(stack: Stack, device: string | undefined): Fate {
  return end(
    'undetermined',
    stack,
    device,
    `the routes of ${stack.title} were not collected: collect ip route`,
    'not-collected',
  );
}

/** The result of a local route lookup: where the packet leaves, or why it does not. */
type Output = (Way & { readonly source: Address }) | Fate;

interface Way {
  readonly device: string;
  readonly nextHop: Address;
  readonly gatewayName?: string;
  readonly as: 'local' | 'forwarded' | 'astray';
}

/** net/ipv4/route.c `ip_route_output_key`: the way of a local packet, and the source address it brings. */
function routeOutput(walk: Walk, stack: Stack, skb: Skb, flow: Flow): Output {
  const fib = stack.fib(flow.dst.family);
  if (!fib) return routesMissing(stack, undefined);
  const answer = fib.lookup(flow);
  if (answer.kind !== 'route') {
    const refused = answer.kind === 'refused' ? `${answer.type} route` : 'no route';
    const reason = `${refused} to ${formatAddress(flow.dst)} on ${stack.title}`;
    noteRoute(walk, stack, skb, answer, `${refused}: the sender gets an error at once`);
    return end('unroutable', stack, undefined, reason, answer.kind === 'none' ? 'no-route' : 'refused-route');
  }
  const { route } = answer;
  if (route.type === 'local') {
    const source = flow.src ?? route.preferredSource ?? flow.dst;
    skb.packet = { ...skb.packet, src: source };
    noteRoute(walk, stack, skb, answer, `local, through lo, source ${formatAddress(source)}`);
    return { device: 'lo', nextHop: flow.dst, source, as: 'local' };
  }
  if (route.type !== 'unicast') {
    noteRoute(walk, stack, skb, answer, `${route.type} destination`);
    return end('undetermined', stack, undefined, `${route.type} traffic is not simulated`, 'not-simulated');
  }
  const hop = chooseHop(walk, answer.hops);
  const device = hop?.device;
  if (!hop || device === undefined)
    return end('unroutable', stack, undefined, `route "${route.text}" names no interface`, 'no-route');
  const nextHop = hop.gateway ?? flow.dst;
  const source =
    flow.src ??
    route.preferredSource ??
    selectSource(stack.interfaces, device, flow.dst.family, hop.gateway, scopeOf(route, hop));
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

function verdictFate(
  verdict: Exclude<TableVerdict, { kind: 'accept' }>,
  stack: Stack,
  device: string | undefined,
): Fate {
  switch (verdict.kind) {
    case 'drop':
      return end('dropped', stack, device, verdict.text, verdict.by);
    case 'reject':
      return end('rejected', stack, device, `${verdict.text} (${verdict.with})`, 'rule');
    case 'undetermined':
      return end('undetermined', stack, device, verdict.text, 'not-simulated');
  }
}

/** What a sender asks for: its packet, and whether it has chosen a source address. */
export interface Sending {
  readonly stack: Stack;
  readonly skb: Skb;
  readonly sourceChosen: boolean;
}

/** net/ipv4/ip_output.c `ip_queue_xmit`: route, OUTPUT, perhaps another route, POSTROUTING. */
export function sendLocal(walk: Walk, { stack, skb, sourceChosen }: Sending): Next {
  const first = flowOf(skb, 'lo');
  const routed = routeOutput(walk, stack, skb, { ...first, ...(sourceChosen ? {} : { src: undefined }) });
  if ('kind' in routed) return routed;
  skb.sentFrom = routed.source;
  skb.out = routed.device;
  let way = routed;
  const reroute = (): TableVerdict | undefined => {
    // ip_route_me_harder looks the addresses, the mark and the TOS up, and no ports.
    const { dst, src, mark, tos } = flowOf(skb, 'lo');
    const again = routeOutput(walk, stack, skb, {
      dst,
      src,
      iif: 'lo',
      mark,
      tos,
      proto: 0,
      sport: undefined,
      dport: undefined,
    });
    if ('kind' in again)
      return { kind: 'drop', by: 'rule', text: `${again.reason}, after the rules changed the packet` };
    way = again;
    return undefined;
  };
  const verdict = runHook(walk, stack, skb, 'OUTPUT', { reroute });
  if (verdict.kind !== 'accept') return verdictFate(verdict, stack, skb.out);
  return postrouting(walk, stack, skb, way);
}

function postrouting(walk: Walk, stack: Stack, skb: Skb, way: Way): Next {
  skb.out = way.device;
  const egress: Egress = { device: way.device, nextHop: way.nextHop };
  const verdict = runHook(walk, stack, skb, 'POSTROUTING', { egress });
  if (verdict.kind !== 'accept') return verdictFate(verdict, stack, way.device);
  return { kind: 'transmit', stack, ...way };
}

/** net/ipv4/ip_input.c `ip_rcv`: PREROUTING, then the routing decision. */
export function receiveIp(walk: Walk, stack: Stack, skb: Skb, device: string): Next {
  skb.in = device;
  skb.out = undefined;
  if (skb.prerouted) skb.prerouted = false;
  else {
    const verdict = runHook(walk, stack, skb, 'PREROUTING');
    if (verdict.kind !== 'accept') return verdictFate(verdict, stack, device);
  }
  if (skb.looped !== undefined) return afterLoop(walk, stack, skb, skb.looped);
  const route = skb.routed ?? routeInput(walk, stack, skb, device);
  skb.routed = undefined;
  return route.kind === 'end' ? route : followRoute(walk, stack, skb, device, route);
}

/** On lo the packet keeps the route of its sender (drivers/net/loopback.c): no lookup, no reverse path check. */
function afterLoop(walk: Walk, stack: Stack, skb: Skb, as: 'local' | 'forwarded' | 'astray'): Next {
  skb.looped = undefined;
  if (as === 'local') return deliver(walk, stack, skb, 'lo');
  const target = `${formatAddress(skb.packet.dst)}, which is no address of ${stack.title}`;
  return as === 'forwarded'
    ? end('loop', stack, 'lo', `it is forwarded to lo over and over, to ${target}`, 'ttl')
    : end('dropped', stack, 'lo', `a route leads over lo to ${target}`, 'no-route');
}

/** Where a packet that came in goes: to a socket of this host, or on. */
export type InputRoute =
  | { readonly kind: 'local' }
  | { readonly kind: 'forward'; readonly route: Route; readonly hop: NextHop; readonly device: string };

/** net/ipv4/route.c `ip_route_input_slow`. */
export function routeInput(walk: Walk, stack: Stack, skb: Skb, device: string): InputRoute | Fate {
  const { packet } = skb;
  const fib = stack.fib(packet.dst.family);
  if (!fib) return routesMissing(stack, device);
  const martian = martianReason(walk, stack, skb, device);
  if (martian !== undefined) return end('dropped', stack, device, martian, 'martian');
  const answer = fib.lookup(flowOf(skb, device));
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
  if (!forwards(walk, stack, device, packet.dst.family)) {
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
  const hop = chooseHop(walk, answer.hops);
  const out = hop?.device;
  if (!hop || out === undefined)
    return end('unroutable', stack, device, `route "${answer.route.text}" names no interface`, 'no-route');
  const dropped = checkSource(walk, stack, skb, device, out);
  if (dropped) return dropped;
  noteRoute(walk, stack, skb, answer, `forwarded to ${out}${viaText(hop)}`);
  return { kind: 'forward', route: answer.route, hop, device: out };
}

/** What follows the routing decision. */
export function followRoute(walk: Walk, stack: Stack, skb: Skb, device: string, route: InputRoute): Next {
  return route.kind === 'local'
    ? deliver(walk, stack, skb, device)
    : forward(walk, stack, skb, device, route.hop, route.device);
}

/** net/ipv4/ip_forward.c */
function forward(walk: Walk, stack: Stack, skb: Skb, device: string, hop: NextHop, out: string): Next {
  if (skb.packet.ttl <= 1) return end('loop', stack, device, 'its TTL is used up', 'ttl');
  skb.packet = { ...skb.packet, ttl: skb.packet.ttl - 1 };
  skb.out = out;
  const verdict = runHook(walk, stack, skb, 'FORWARD');
  if (verdict.kind !== 'accept') return verdictFate(verdict, stack, device);
  skb.in = undefined;
  return postrouting(walk, stack, skb, {
    device: out,
    nextHop: hop.gateway ?? skb.packet.dst,
    as: 'forwarded',
    ...(hop.gatewayName !== undefined && { gatewayName: hop.gatewayName }),
  });
}

function viaText({ gateway, gatewayName }: NextHop): string {
  if (gateway) return ` via ${formatAddress(gateway)}`;
  return gatewayName === undefined ? '' : ` via ${gatewayName}`;
}

/** INPUT, then a socket. */
function deliver(walk: Walk, stack: Stack, skb: Skb, device: string): Next {
  const verdict = runHook(walk, stack, skb, 'INPUT');
  if (verdict.kind !== 'accept') return verdictFate(verdict, stack, device);
  return end('delivered', stack, device);
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

function isLoopback(address: Address): boolean {
  return address.family === 4 && address.value >> 24n === 127n;
}

/** `IN_DEV_ROUTE_LOCALNET`: packets of 127.0.0.0/8 may come in on an interface other than lo, and leave by it. */
function routesLoopback(walk: Walk, stack: Stack, device: string): boolean {
  return [stack.deviceKey(device, 'route_localnet'), stack.deviceKey('all', 'route_localnet')].some((key) =>
    isOn(walk, stack, 'route-localnet-unknown', key),
  );
}

/** `IN_DEV_FORWARD`: the incoming interface decides; ip_forward sets all of them. */
function forwards(walk: Walk, stack: Stack, device: string, family: Family = 4): boolean {
  const [own, all, every] =
    family === 4
      ? [stack.deviceKey(device, 'forwarding'), 'net.ipv4.ip_forward', 'net.ipv4.conf.all.forwarding']
      : ['net.ipv6.conf.all.forwarding', 'net.ipv6.conf.all.forwarding', 'net.ipv6.conf.all.forwarding'];
  for (const key of [own, all, every]) {
    const printed = stack.namespace.sysctls?.get(key);
    if (printed && printed.line > 0) return printed.value !== '0';
  }
  return isOn(walk, stack, 'ip-forward-unknown', all);
}

/**
 * The reverse path check between PREROUTING and INPUT or FORWARD, with whatever is known of rp_filter.
 *
 * @param out where the packet is to be forwarded to: the incoming interface of the way back
 */
function checkSource(walk: Walk, stack: Stack, skb: Skb, device: string, out: string | undefined): Fate | undefined {
  const { packet } = skb;
  const fib = stack.fib(packet.src.family);
  if (packet.src.family !== 4 || !fib) return undefined;
  const input = {
    fib,
    packet,
    device,
    deviceHasAddress: hasAddress(stack.device(device)),
    acceptLocal: false,
    useMark:
      packet.mark !== 0 &&
      ['all', device].some((name) =>
        isOn(walk, stack, 'src-valid-mark-unknown', stack.deviceKey(name, 'src_valid_mark')),
      ),
    dst: packet.dst,
    ...(out !== undefined && { iif: out }),
  };
  let check = reversePath(input);
  if (check.drops.length === 3 && check.back.kind === 'route' && check.back.route.type === 'local') {
    const accepts = ['all', device].some((name) =>
      isOn(walk, stack, 'accept-local-unknown', stack.deviceKey(name, 'accept_local')),
    );
    if (accepts) check = reversePath({ ...input, acceptLocal: true });
  }
  if (check.drops.length === 0) return undefined;
  if (check.drops.length === 3) {
    walk.recorder.step(stack, skb, 'rp-filter', `dropped: ${check.reason}`, {
      text: `accept_local = 0; way back to ${formatAddress(packet.src)}: ${check.back.kind === 'route' ? check.back.route.text : ''}`,
    });
    return end('dropped', stack, device, `martian source on ${device} of ${stack.title}: ${check.reason}`, 'martian');
  }
  const { value, key } = rpFilter(walk, stack, device, check.drops);
  const route = check.back.kind === 'none' ? undefined : check.back.route;
  const dropped = check.drops.includes(value);
  const line = stack.namespace.sysctls?.get(key)?.line;
  walk.recorder.step(stack, skb, 'rp-filter', dropped ? `dropped: ${check.reason}` : `passes, though ${check.reason}`, {
    text: `${key} = ${value}; ${route ? `way back to ${formatAddress(packet.src)}: ${route.text}` : 'no way back'}`,
    // The setting where it was collected, else the route that the check looked up.
    ...(line !== undefined && line > 0
      ? { source: { output: 'sysctl', line } }
      : route && route.line > 0 && { source: { output: outputId(4), line: route.line } }),
  });
  if (!dropped) return undefined;
  return end('dropped', stack, device, `rp_filter of ${device} on ${stack.title}: ${check.reason}`, 'rp-filter');
}

function hasAddress(device: Interface | undefined): boolean {
  return device === undefined || device.addresses.some((own) => own.address.family === 4);
}

/** The effective value: the greater of `all` and the interface's own. Decided only as far as it matters. */
function rpFilter(
  walk: Walk,
  stack: Stack,
  device: string,
  drops: readonly RpFilter[],
): { value: RpFilter; key: string } {
  const ownKey = stack.deviceKey(device, 'rp_filter');
  const allKey = stack.deviceKey('all', 'rp_filter');
  const own = stack.sysctl(ownKey);
  const all = stack.sysctl(allKey);
  const known = (text: string): RpFilter => (text === '1' ? 1 : text === '2' ? 2 : 0);
  if (own !== undefined && all !== undefined)
    return known(own) >= known(all) ? { value: known(own), key: ownKey } : { value: known(all), key: allKey };
  const [key, floor] = own === undefined ? [ownKey, known(all ?? '0')] : [allKey, known(own)];
  const effective = (value: string): RpFilter => (known(value) > floor ? known(value) : floor);
  const values = ['0', '1', '2'];
  const fails = values.filter((value) => drops.includes(effective(value)));
  const passes = values.filter((value) => !drops.includes(effective(value)));
  const fatal = decideSysctl(walk, stack, 'rp-filter-unknown', key, values, [fails, passes]) === 0;
  const taken = (fatal ? fails : passes)[0] ?? '0';
  return { value: effective(taken), key };
}

/** Says once that a host on the wire or a pod was not collected and is taken to answer. */
export function assumeOwner(walk: Walk, stack: Stack, address: Address): void {
  assume(walk, 'on-link-owner', stack.node, `${formatAddress(address)} answers; it was not collected`);
}
