import { type Address, formatAddress, sameAddress } from '../../net/address';
import { contains } from '../../net/prefix';
import { claims, knownSilent, proxies } from './arp';
import { assumeOwner, decideSysctl, decideUnknown, isOn, type Walk } from './context';
import { end, type Fate, fateOf } from './fate';
import { runHook } from './hooks';
import { routeInput } from './input';
import type { InputRoute, Next } from './next';
import { flowOf } from './routing';
import type { Skb } from './skb';
import type { Stack } from './stack';
import type { Port } from './wiring';

/** Whether br_netfilter shows bridged packets to the IP hooks. */
function callsIptables(walk: Walk, stack: Stack, skb: Skb): boolean {
  const family = skb.packet.src.family === 4 ? 'iptables' : 'ip6tables';
  return isOn(walk, stack, 'bridge-nf-unknown', `net.bridge.bridge-nf-call-${family}`);
}

/** Whether a hook of the IP stack could do anything to a packet of this namespace at all. */
function hasRules(stack: Stack, skb: Skb): boolean {
  const netfilter = stack.namespace.netfilter(skb.packet.src.family);
  return netfilter.known === 'none' || netfilter.tables.length > 0;
}

/** A frame comes in on a port of a bridge: up to the node, or out of another port (net/bridge/br_input.c). */
export function receiveOnBridge(
  walk: Walk,
  stack: Stack,
  skb: Skb,
  bridge: string,
  port: string | undefined,
  nextHop: Address,
): Next {
  skb.in = bridge;
  skb.out = undefined;
  const filtered = hasRules(stack, skb) && callsIptables(walk, stack, skb);
  const forNode =
    stack.isLocal(nextHop) || isProxied(walk, stack, bridge, nextHop) || isClaimed(walk, stack, skb, bridge, nextHop);
  if (!filtered) {
    walk.recorder.sight(stack, skb, bridge, 'in', !forNode);
    if (forNode) return { kind: 'input', stack, device: bridge };
    return goingBack(walk, stack, skb, bridge, port, nextHop) ?? toPort(walk, stack, skb, bridge, port, nextHop);
  }

  skb.physIn = port;
  const { dst } = skb.packet;
  const verdict = runHook(walk, stack, skb, 'PREROUTING');
  if (verdict.kind !== 'accept') return fateOf(verdict, stack, bridge);
  if (!sameAddress(dst, skb.packet.dst)) return afterBridgedDnat(walk, stack, skb, bridge, port);
  if (!forNode) return bridged(walk, stack, skb, bridge, port, nextHop);
  return passUp(walk, stack, skb, bridge);
}

/** Whether the node has answered ARP for an address that nobody on its bridge has: the frame is addressed to the node. */
function isProxied(walk: Walk, stack: Stack, bridge: string, address: Address): boolean {
  return walk.wiring.behind(stack, bridge, address) === undefined && proxies({ stack, device: bridge }, address);
}

/** Whether the node answers for an address that a policy rule's table makes local; where somebody else has it, the first answer counts. */
function isClaimed(walk: Walk, stack: Stack, skb: Skb, bridge: string, address: Address): boolean {
  if (!claims({ stack, device: bridge }, skb.packet.src, address)) return false;
  const owner = walk.wiring.behind(stack, bridge, address);
  if (!owner) return true;
  const subject = `ARP for ${formatAddress(address)} on ${bridge}`;
  const text = `${subject} is answered by the node before ${owner.end.stack.title} answers`;
  return decideUnknown(walk, stack, skb, { kind: 'unknown', code: 'address-contested', subject, text });
}

/** To the bridge's own IP stack, which skips PREROUTING; a capture on the bridge sees what PREROUTING made of it. */
function passUp(walk: Walk, stack: Stack, skb: Skb, bridge: string): Next {
  walk.recorder.sight(stack, skb, bridge, 'in');
  skb.prerouted = true;
  return { kind: 'input', stack, device: bridge };
}

/** The destination was rewritten in the bridge (net/bridge/br_netfilter_hooks.c `br_nf_pre_routing_finish`). */
function afterBridgedDnat(walk: Walk, stack: Stack, skb: Skb, bridge: string, port: string | undefined): Next {
  const route = routeInput(walk, stack, skb, bridge);
  // Over IPv6 the way is looked up whether the node forwards or not (br_netfilter_ipv6.c `br_nf_pre_routing_finish_ipv6`).
  const same = isUnforwarded6(route, skb) ? staysOn(stack, skb, bridge) : undefined;
  if (same) return afterNeighbour(walk, stack, skb, bridge, port, same);
  if (route.kind === 'forward' && route.device === bridge) {
    walk.recorder.step(stack, skb, 'bridge', `stays on ${bridge}: the frame is bridged, its TTL unchanged`, {
      text: `${bridge}: ${port ?? ''}`,
    });
    return afterNeighbour(walk, stack, skb, bridge, port, route.hop.gateway ?? skb.packet.dst);
  }
  const unroutable6 = skb.packet.dst.family === 6 && route.kind === 'end' && route.verdict === 'unroutable';
  if (route.kind === 'end' && (route.cause === 'martian' || route.cause === 'rp-filter' || unroutable6)) return route;
  skb.routed = route;
  return passUp(walk, stack, skb, bridge);
}

/** The new MAC address is asked for before FORWARD (`br_nf_pre_routing_finish_bridge`): who is not there is not asked by rules. */
function afterNeighbour(
  walk: Walk,
  stack: Stack,
  skb: Skb,
  bridge: string,
  port: string | undefined,
  nextHop: Address,
): Next {
  const behind = walk.wiring.behind(stack, bridge, nextHop) ?? wireBehind(walk, stack, bridge, nextHop);
  const nobody = behind ? undefined : unheard(walk, stack, bridge, nextHop);
  return nobody ?? bridged(walk, stack, skb, bridge, port, nextHop);
}

function isUnforwarded6(route: InputRoute | Fate, { packet }: Skb): boolean {
  return route.kind === 'end' && route.cause === 'ip-forward' && packet.dst.family === 6;
}

/** The next hop of a packet whose way leads back to the bridge. */
function staysOn(stack: Stack, skb: Skb, bridge: string): Address | undefined {
  const answer = stack.fib(skb.packet.dst.family)?.lookup(flowOf(skb, bridge));
  const hop = answer?.kind === 'route' ? answer.hops[0] : undefined;
  return hop?.device === bridge ? (hop.gateway ?? skb.packet.dst) : undefined;
}

/** FORWARD and POSTROUTING of a frame that br_netfilter shows to the IP hooks. */
function bridged(walk: Walk, stack: Stack, skb: Skb, bridge: string, port: string | undefined, nextHop: Address): Next {
  walk.recorder.sight(stack, skb, bridge, 'in', true);
  const back = goingBack(walk, stack, skb, bridge, port, nextHop);
  if (back) return back;
  skb.bridged = true;
  skb.out = bridge;
  skb.physOut = walk.wiring.behind(stack, bridge, nextHop)?.port;
  const forwarded = runHook(walk, stack, skb, 'FORWARD');
  if (forwarded.kind !== 'accept') return fateOf(forwarded, stack, bridge);
  skb.in = undefined;
  const sent = runHook(walk, stack, skb, 'POSTROUTING', { egress: { device: bridge, nextHop } });
  if (sent.kind !== 'accept') return fateOf(sent, stack, bridge);
  return toPort(walk, stack, skb, bridge, port, nextHop);
}

/** A frame that would leave by the port it came in on is dropped before any hook (net/bridge/br_forward.c `should_deliver`). */
function goingBack(
  walk: Walk,
  stack: Stack,
  skb: Skb,
  bridge: string,
  from: string | undefined,
  nextHop: Address,
): Fate | undefined {
  const behind = walk.wiring.behind(stack, bridge, nextHop);
  if (behind?.end.stack !== skb.sentBy || (from !== undefined && behind?.port !== from)) return undefined;
  const port = behind?.port ?? `the port of ${behind?.end.stack.title ?? ''}`;
  if (mayHairpin(walk, stack, port)) return undefined;
  walk.recorder.step(stack, skb, 'bridge', `dropped: it came in on ${port}, whose hairpin mode is off`, {
    text: `${bridge}: ${port} → ${port}`,
  });
  return end('dropped', stack, behind?.port ?? bridge, `hairpin mode of ${port} is off on ${stack.title}`, 'hairpin');
}

/** Out of the port behind which the next hop is (net/bridge/br_forward.c). */
export function toPort(
  walk: Walk,
  stack: Stack,
  skb: Skb,
  bridge: string,
  from: string | undefined,
  nextHop: Address,
): Next {
  const behind = walk.wiring.behind(stack, bridge, nextHop);
  if (behind) {
    walk.recorder.step(
      stack,
      skb,
      'bridge',
      `${bridge} sends it out of ${behind.port ?? 'a port'} to ${behind.end.stack.title}`,
      {
        text: `${bridge}: ${from ?? stack.title} → ${behind.port ?? formatAddress(nextHop)}`,
      },
    );
    if (behind.port !== undefined) walk.recorder.sight(stack, skb, behind.port, 'out');
    return { kind: 'arrive', stack: behind.end.stack, device: behind.end.device, nextHop };
  }
  const wire = wireBehind(walk, stack, bridge, nextHop);
  if (wire) {
    const { uplink, ...end } = wire;
    walk.recorder.sight(stack, skb, uplink, 'out');
    return { kind: 'arrive', ...end, nextHop };
  }
  const nobody = unheard(walk, stack, bridge, nextHop);
  if (nobody) return nobody;
  walk.recorder.step(stack, skb, 'bridge', `${bridge} sends it to ${formatAddress(nextHop)}`, {
    text: `${bridge}: ${from ?? stack.title} → ${formatAddress(nextHop)}`,
  });
  return { kind: 'arrive', ...walk.wiring.madePod(stack, bridge, nextHop), nextHop };
}

/** The machine on the wire that a port of the bridge is plugged into. */
function wireBehind(
  walk: Walk,
  stack: Stack,
  bridge: string,
  nextHop: Address,
): (Port & { uplink: string }) | undefined {
  const uplink = walk.wiring.uplink(stack, bridge);
  const wire = uplink === undefined ? undefined : walk.wiring.onWire(stack, nextHop);
  return wire && uplink !== undefined ? { ...wire, uplink } : undefined;
}

/** Why nobody on a bridge answers for an address that no known port leads to; else that somebody does is assumed. */
function unheard(walk: Walk, stack: Stack, bridge: string, nextHop: Address): Fate | undefined {
  const own = stack.device(bridge)?.addresses.some((address) => contains(address.network, nextHop)) === true;
  if (!own && walk.wiring.uplink(stack, bridge) === undefined)
    return end(
      'unroutable',
      stack,
      bridge,
      `nobody on ${bridge} of ${stack.title} answers for ${formatAddress(nextHop)}`,
      'neighbour',
    );
  const besides = walk.wiring.besides(stack, bridge, nextHop);
  if (besides) {
    const { owner, port } = besides;
    const reason = `${formatAddress(nextHop)} is ${owner.title}'s, whose cable ends at ${port} of ${stack.title}: that is no port of ${bridge}`;
    return end('unroutable', stack, bridge, reason, 'neighbour');
  }
  const silent = ownAsked(stack, bridge, nextHop) ?? knownSilent(stack, bridge, nextHop);
  if (silent) return silent;
  assumeOwner(walk, stack, nextHop);
  return undefined;
}

/** Nobody else answers for an address of the host itself, though its local table may lack it. */
function ownAsked(stack: Stack, device: string, address: Address): Fate | undefined {
  const holder = stack.namespace.holder(address);
  if (!holder) return undefined;
  const reason = `nobody on ${device} of ${stack.title} answers for ${formatAddress(address)}, an address of its own ${holder.name}`;
  return end('unroutable', stack, device, reason, 'neighbour');
}

function mayHairpin(walk: Walk, stack: Stack, port: string): boolean {
  const known = stack.device(port)?.hairpin;
  if (known !== undefined) return known;
  return (
    decideSysctl(walk, stack, 'hairpin-unknown', `hairpin mode of ${port}`, ['off', 'on'], [['off'], ['on']]) === 1
  );
}
