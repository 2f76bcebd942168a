import { type Address, ALL_ONES, formatAddress } from '../../net/address';
import { contains } from '../../net/prefix';
import { isBridge, isOverlay } from '../../overlay/device';
import type { Interface } from '../../routing/interface';
import { knownSilent, unanswered } from './arp';
import { receiveOnBridge, toPort } from './bridge';
import { assume, assumeOwner, type Walk } from './context';
import { end, type Fate } from './fate';
import { receiveIp } from './input';
import type { Next } from './next';
import { sendLocal, type Sending } from './output';
import type { Skb } from './skb';
import type { Stack } from './stack';
import { passTunnel } from './tunnel';

/** Hand-overs between interfaces before a packet is said to go round in circles; its TTL ends it earlier. */
const MOST_HOPS = 400;
/** The reason, where not even its TTL ends it: rules raise that as fast as it falls. */
export const ENDLESS = 'it goes round in circles';

/** Sends a packet from a socket to wherever it ends. */
export function send(walk: Walk, sending: Sending): Fate {
  const { skb } = sending;
  let next: Next = sendLocal(walk, sending);
  for (let hops = 0; hops < MOST_HOPS && next.kind !== 'end'; hops++) next = follow(walk, skb, next);
  return next.kind === 'end' ? next : end('loop', next.stack, skb.in, ENDLESS, 'ttl');
}

function follow(walk: Walk, skb: Skb, next: Exclude<Next, Fate>): Next {
  switch (next.kind) {
    case 'transmit':
      return transmit(walk, skb, next);
    case 'arrive':
      return arrive(walk, skb, next);
    case 'input':
      return receiveIp(walk, next.stack, skb, next.device);
  }
}

/** Out of an interface, if there is somebody to send it to. */
function transmit(walk: Walk, skb: Skb, at: Extract<Next, { kind: 'transmit' }>): Next {
  const { stack, device: name, nextHop } = at;
  const takeBack = walk.recorder.sent(stack, skb, name);
  const device = stack.device(name);
  skb.mac = device?.mac;
  const next = handOver(walk, skb, at);
  const asks = next.kind === 'arrive' && next.nextHop === nextHop && !(device && isOverlay(device));
  const silence = asks ? unanswered(walk, stack, skb, name, nextHop, next) : undefined;
  const lost = silence === undefined ? next : end('unroutable', stack, name, silence, 'neighbour');
  // What carries it was sent, if that fails on an interface of the same name.
  const carried = walk.recorder.steps.at(-1)?.kind === 'tunnel';
  if (!carried && lost.kind === 'end' && lost.cause === 'neighbour' && lost.device === name) {
    takeBack();
    walk.recorder.step(stack, skb, 'link', `not sent: ${lost.reason}`, { text: name });
  }
  return lost;
}

/** Over lo, through a tunnel, a bridge, a veth, or onto the wire. */
function handOver(walk: Walk, skb: Skb, at: Extract<Next, { kind: 'transmit' }>): Next {
  const { stack, device: name, nextHop, gatewayName } = at;
  const device = stack.device(name);
  skb.sentBy = stack;
  skb.out = undefined;
  if (name === 'lo' || device?.loopback === true) {
    skb.in = 'lo';
    skb.looped = at.as;
    walk.recorder.sight(stack, skb, 'lo', 'in');
    return { kind: 'input', stack, device: 'lo' };
  }
  // Bridge ports stay known on lo: nothing scrubs the packet there (drivers/net/loopback.c, net/core/skbuff.c `skb_scrub_packet`).
  skb.physIn = undefined;
  skb.physOut = undefined;
  skb.bridged = false;
  if (stack === walk.wiring.outside) return fromOutside(walk, stack, nextHop);
  if (stack.made === 'outside') return toWire(walk, stack, skb, name, skb.packet.dst, true);
  if (device && isOverlay(device)) return passTunnel(walk, stack, skb, device, nextHop, send);
  if (device && isBridge(device, stack.interfaces)) return toPort(walk, stack, skb, name, undefined, nextHop);
  const peer = walk.wiring.peer({ stack, device: name }) ?? walk.wiring.holderBehind(stack, name, nextHop);
  if (peer) return { kind: 'arrive', ...peer, nextHop };
  if (device?.kind === 'veth' && stack.namespace.kind === 'host' && !isLan(device, nextHop, skb))
    return toUnknownPod(walk, stack, name, nextHop);
  return toWire(walk, stack, skb, name, nextHop, gatewayName === undefined && sameAsDestination(skb, nextHop));
}

/** The host that the trace starts from reaches the cluster where the question says. */
function fromOutside(walk: Walk, stack: Stack, nextHop: Address): Next {
  const entry = walk.wiring.outsideHost;
  const node = entry && walk.wiring.hostOf(entry.node);
  if (!node) return end('undetermined', stack, undefined, 'where the packet enters is not known', 'outside');
  return { kind: 'arrive', stack: node, device: entry.device, nextHop };
}

function sameAsDestination(skb: Skb, nextHop: Address): boolean {
  return skb.packet.dst.value === nextHop.value;
}

/** A node that is a container itself has a veth to the wire: a gateway is behind it, or the network of its address. */
function isLan(device: Interface, nextHop: Address, skb: Skb): boolean {
  const onNetwork = device.addresses.some(
    ({ network }) => contains(network, nextHop) && network.mask !== ALL_ONES[network.family],
  );
  return onNetwork || !sameAsDestination(skb, nextHop);
}

function toUnknownPod(walk: Walk, stack: Stack, device: string, nextHop: Address): Next {
  const silent = knownSilent(stack, device, nextHop);
  if (silent) return silent;
  assumeOwner(walk, stack, nextHop);
  return { kind: 'arrive', ...walk.wiring.madePod(stack, device, nextHop), nextHop };
}

/** Onto the wire: to the node that has the next hop's address, else through gateways that the snapshot does not show. */
function toWire(walk: Walk, stack: Stack, skb: Skb, device: string, nextHop: Address, onLink: boolean): Next {
  const { dst } = skb.packet;
  const gateway = walk.wiring.onWire(stack, nextHop);
  if (gateway) return { kind: 'arrive', ...gateway, nextHop };
  const direct = onLink ? undefined : walk.wiring.onWire(stack, dst);
  if (direct) {
    assume(
      walk,
      'underlay',
      stack.node,
      `gateways outside the snapshot carry packets between ${stack.title} and ${direct.stack.title}`,
    );
    return { kind: 'arrive', ...direct, nextHop: dst };
  }
  if (walk.cluster.isInner(dst)) {
    const reason = onLink
      ? `no node on ${device} of ${stack.title} answers for ${formatAddress(dst)}`
      : `${formatAddress(dst)} is a pod or service address, and gateways outside the cluster know no way to it`;
    return end('unroutable', stack, device, reason, onLink ? 'neighbour' : 'outside');
  }
  if (onLink && stack.made === undefined) {
    assumeOwner(walk, stack, dst);
    return { kind: 'arrive', ...walk.wiring.madeHost(dst), nextHop: dst };
  }
  return end(
    'undetermined',
    stack,
    device,
    `what is beyond ${device} of ${stack.title} is outside the snapshot`,
    'outside',
  );
}

/** A frame reaches an interface: a port of a bridge, or an interface of the IP stack. */
function arrive(walk: Walk, skb: Skb, at: Extract<Next, { kind: 'arrive' }>): Next {
  const { stack, device, nextHop, mark = 0 } = at;
  // Into another namespace goes only what is on the wire.
  const { packet } = skb;
  skb.packet = { ...packet, mark };
  skb.tracking = undefined;
  skb.template = undefined;
  skb.socket = undefined;
  skb.prerouted = false;
  skb.routed = undefined;
  const bridge = walk.wiring.bridgeOf(stack, device);
  const port = device?.startsWith('?') === true ? undefined : device;
  skb.in = bridge ?? port;
  if (port !== undefined) walk.recorder.sight(stack, skb, port, 'in');
  walk.recorder.step(stack, skb, 'link', `received on ${bridge === undefined ? (port ?? '?') : bridge}`, {
    text: port ?? bridge ?? '',
  });
  if (bridge !== undefined) return receiveOnBridge(walk, stack, skb, bridge, port, nextHop);
  return { kind: 'input', stack, device: port ?? '?' };
}
