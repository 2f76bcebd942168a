import { type Address, formatAddress, formatSocket, sameAddress } from '../../net/address';
import { contains } from '../../net/prefix';
import type { Packet } from '../../net/packet';
import { UDP } from '../../net/protocol';
import { isFlannelUdp, isOverlay, isVxlan } from '../../overlay/device';
import { UDP_PORT, VXLAN_PORT } from '../../overlay/flannel';
import type { Interface, Vxlan } from '../../routing/interface';
import type { LegName, Walk } from './context';
import { end, type Fate } from './fate';
import type { Next } from './next';
import type { Sending } from './output';
import { newSkb, scrub, type Skb } from './skb';
import type { Stack } from './stack';

/** Sends a packet on its whole way; the outer packet of a tunnel goes through it like any other. */
export type Send = (walk: Walk, sending: Sending) => Fate;

/** The far end of a tunnel for one packet, and what carries it there. */
interface Encapsulation {
  readonly outerSource: Address | undefined;
  readonly outerDestination: Address;
  readonly proto: number;
  readonly sourcePort: number | undefined;
  readonly port: number | undefined;
  readonly by: string;
  /** To whom the inner frame is addressed, where it is one and that is known. */
  readonly mac?: string | undefined;
  /** Bytes of the headers around the inner packet. */
  readonly overhead: number;
  /** VXLAN keeps the mark, on the way in and out; a packet written by flanneld is new. */
  readonly keepsMark: boolean;
}

/** Tunnels within tunnels, before a packet is said to go round in circles. */
const MOST_TUNNELS = 4;

/** Through a tunnel device: the outer packet's own way, then the inner packet's arrival at the far end. */
export function passTunnel(walk: Walk, stack: Stack, skb: Skb, device: Interface, nextHop: Address, send: Send): Next {
  const way = encapsulate(walk, stack, skb, device, nextHop);
  if ('kind' in way) return way;
  const recorder = walk.recorder.nested();
  if (recorder.depth > MOST_TUNNELS)
    return end('loop', stack, device.name, `the outer packet is sent into ${device.name} again and again`, 'ttl');
  const outer: Packet = {
    src: way.outerSource ?? way.outerDestination,
    dst: way.outerDestination,
    proto: way.proto,
    ...(way.sourcePort !== undefined && { sport: way.sourcePort }),
    ...(way.port !== undefined && { dport: way.port }),
    mark: way.keepsMark ? skb.packet.mark : 0,
    ttl: 64,
    length: skb.packet.length === undefined ? undefined : skb.packet.length + way.overhead,
    dscp: 0,
  };
  // The kernel's tunnels send the same skb on, with its socket; flanneld has one of its own.
  const outerSkb = newSkb(outer, way.keepsMark ? skb.socket : 'program');
  const fate = send(
    { ...walk, recorder },
    {
      stack,
      skb: outerSkb,
      sourceChosen: way.outerSource !== undefined,
      ...(!isFlannelUdp(device) && { tunnel: device.name }),
    },
  );
  const source = outerSkb.packet.src;
  walk.recorder.step(stack, skb, 'tunnel', `carried in ${tunnelText(way, source)}`, {
    text: `${device.name} (${way.by})`,
    outer: recorder.steps,
  });
  if (fate.verdict !== 'delivered') return { ...fate, reason: `the outer packet: ${fate.reason}` };
  if (fate.stack.made)
    return end(
      'undetermined',
      stack,
      device.name,
      `the node at ${formatAddress(way.outerDestination)}, which takes it out of the tunnel, was not collected`,
      'not-collected',
    );
  const far = farDevice(fate.stack, device);
  if (!far)
    return end(
      'dropped',
      fate.stack,
      fate.device,
      `${fate.stack.title} has no ${device.name} to take it out`,
      'not-listening',
    );
  const misaddressed = way.mac !== undefined && far.mac !== undefined && !sameMac(way.mac, far.mac);
  // The kernel takes it for somebody else's (PACKET_OTHERHOST, net/ipv4/ip_input.c), and captures show it; a bridge would
  // pass it on.
  if (misaddressed && far.master === undefined) {
    scrub(skb);
    walk.recorder.sight(fate.stack, skb, far.name, 'in');
    const reason = `the frame is addressed to ${way.mac}, and ${far.name} of ${fate.stack.title} is ${far.mac}`;
    return end('dropped', fate.stack, far.name, reason, 'vtep-mac');
  }
  scrub(skb);
  // flanneld lowers the TTL of what it carries (its proxy_amd64.c); the kernel's tunnels do not.
  if (isFlannelUdp(device)) skb.packet = { ...skb.packet, ttl: skb.packet.ttl - 1 };
  // It is the same skb, in the same namespace (include/net/ip_tunnels.h `__iptunnel_pull_header`).
  const mark = way.keepsMark ? outerSkb.packet.mark : 0;
  return { kind: 'arrive', stack: fate.stack, device: far.name, nextHop: skb.packet.dst, mark };
}

function sameMac(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function tunnelText(way: Encapsulation, source: Address): string {
  const protocol = way.proto === UDP ? 'UDP' : `protocol ${way.proto}`;
  return `${protocol} ${formatSocket(source, way.sourcePort)} → ${formatSocket(way.outerDestination, way.port)}`;
}

/** Who takes the packet out: up, and of a VXLAN the one with its number and port (drivers/net/vxlan `vxlan_rcv`). */
function farDevice(stack: Stack, device: Interface): Interface | undefined {
  const candidates = [stack.device(device.name) ?? [], stack.interfaces].flat().filter(({ up }) => up !== false);
  if (isFlannelUdp(device)) return candidates.find(isFlannelUdp);
  if (isVxlan(device)) return candidates.find((other) => isVxlan(other) && isSameVxlan(device.vxlan, other.vxlan));
  return candidates.find((other) => other.name === device.name || (other.kind === device.kind && isOverlay(other)));
}

/** What is not known is taken to be the same. */
function isSameVxlan(a: Vxlan | undefined, b: Vxlan | undefined): boolean {
  if (!a || !b) return true;
  return (a.id === undefined || b.id === undefined || a.id === b.id) && a.port === b.port;
}

/** Protocol numbers of the kinds of tunnel that put IP into IP. */
const PROTOCOLS: Readonly<Partial<Record<string, number>>> = { ipip: 4, sit: 41, gre: 47, gretap: 47 };

function encapsulate(walk: Walk, stack: Stack, skb: Skb, device: Interface, nextHop: Address): Encapsulation | Fate {
  const { cluster } = walk;
  if (isVxlan(device)) return viaVxlan(walk, stack, device, nextHop, skb.packet.dst);
  const address = ownerAddress(walk, skb.packet.dst);
  if (isFlannelUdp(device)) {
    if (cluster.subnetOwner(skb.packet.dst)?.node.name === stack.node)
      return end(
        'dropped',
        stack,
        device.name,
        `${formatAddress(skb.packet.dst)} is in ${stack.title}'s own pod subnet`,
        'no-owner',
      );
    if (!address) return noOwner(stack, skb, device);
    const port = cluster.flannel.config?.port ?? UDP_PORT;
    return {
      // flanneld's socket is bound to the node's own public address (its udp_amd64.go).
      outerSource: cluster.flannel.leases.find(({ publicIp }) => stack.isLocal(publicIp))?.publicIp,
      outerDestination: address,
      proto: UDP,
      sourcePort: port,
      port,
      by: 'flannel udp',
      overhead: 20 + 8,
      keepsMark: false,
    };
  }
  const proto = PROTOCOLS[device.kind ?? ''];
  if (proto !== undefined) {
    const target = sameAddress(nextHop, skb.packet.dst) ? address : nextHop;
    if (!target) return noOwner(stack, skb, device);
    return {
      outerSource: undefined,
      outerDestination: target,
      proto,
      sourcePort: undefined,
      port: undefined,
      by: device.kind ?? '',
      overhead: proto === 47 ? 20 + 4 : 20,
      keepsMark: true,
    };
  }
  if (device.kind === 'wireguard' && address)
    return {
      outerSource: undefined,
      outerDestination: address,
      proto: UDP,
      sourcePort: 51820,
      port: 51820,
      by: 'wireguard',
      overhead: 20 + 8 + 32,
      keepsMark: false,
    };
  return end(
    'undetermined',
    stack,
    device.name,
    `where ${device.name} of ${stack.title} leads is not simulated`,
    'not-simulated',
  );
}

function noOwner(stack: Stack, skb: Skb, device: Interface): Fate {
  return end(
    'undetermined',
    stack,
    device.name,
    `which node owns the pod subnet of ${formatAddress(skb.packet.dst)} is not known: collect flannel's leases from etcd`,
    'no-owner',
  );
}

/** Where tunnels to the owner of a pod subnet lead: a lease says so of a node that was not collected, too. */
function ownerAddress(walk: Walk, inner: Address): Address | undefined {
  const { cluster } = walk;
  const lease = cluster.flannel.leases.find(({ subnet }) => contains(subnet, inner));
  const owner = cluster.subnetOwner(inner);
  return lease?.publicIp ?? (owner && underlayAddress(walk, owner.node.name, inner));
}

/** The address by which the wire reaches a node: that of its default route's interface. */
function underlayAddress(walk: Walk, node: string, like: Address): Address | undefined {
  const host = walk.cluster.node(node)?.host;
  const holders = (host?.interfaces ?? []).flatMap((device) =>
    device.addresses
      .filter((own) => own.address.family === like.family && own.scope === 'global' && !own.secondary)
      .filter((own) => walk.cluster.underlayHolder(own.address)?.node.name === node)
      .map((own) => ({ device: device.name, address: own.address })),
  );
  const everywhere = { family: like.family, value: 0n, mask: 0n };
  const main = host?.fib(like.family)?.routesInto(everywhere)[0]?.nextHops[0]?.device;
  return (holders.find((holder) => holder.device === main) ?? holders[0])?.address;
}

/**
 * Stands for a hash of the inner packet (`udp_flow_src_port`), which is that of the socket it was sent from (`sk_txhash`).
 * It is never the port of the other side: the packets back are another connection, and no replies.
 */
const VXLAN_SOURCE_PORT: Readonly<Record<LegName, number>> = { request: 49152, ack: 49152, reply: 49153, data: 49153 };

/** VXLAN sends to the VTEP that the forwarding database has for the next hop's MAC address. */
function viaVxlan(walk: Walk, stack: Stack, device: Interface, nextHop: Address, dst: Address): Encapsulation | Fate {
  const port = device.vxlan?.port ?? VXLAN_PORT;
  const sourcePort = VXLAN_SOURCE_PORT[walk.leg];
  const overhead = 20 + 8 + 8 + 14;
  const base = {
    outerSource: device.vxlan?.local,
    proto: UDP,
    sourcePort,
    port,
    by: 'VXLAN',
    overhead,
    keepsMark: true,
  };
  const { neighbours, fdb } = stack.namespace;
  const neighbour = neighbours?.find((entry) => entry.device === device.name && sameAddress(entry.address, nextHop));
  const vtep = fdb?.find((entry) => entry.device === device.name && entry.mac === neighbour?.mac && entry.vtep)?.vtep;
  if (vtep) return { ...base, outerDestination: vtep, mac: neighbour?.mac };
  if (neighbours && fdb && fdb.some((entry) => entry.device === device.name))
    return end(
      'unroutable',
      stack,
      device.name,
      neighbour
        ? `${device.name} of ${stack.title} has no VTEP for ${neighbour.mac ?? 'the next hop'}`
        : `${device.name} of ${stack.title} has no neighbour entry for ${formatAddress(nextHop)}`,
      'neighbour',
    );
  const address = ownerAddress(walk, dst) ?? ownerAddress(walk, nextHop);
  if (address) return { ...base, outerDestination: address, mac: publishedMac(walk, address) };
  return end(
    'undetermined',
    stack,
    device.name,
    `the VTEP behind ${device.name} of ${stack.title} is not known: collect ip neigh and bridge fdb`,
    'no-owner',
  );
}

/** The MAC address that a node's lease tells the others to send to (flannel's `backend/vxlan`). */
function publishedMac({ cluster }: Walk, address: Address): string | undefined {
  return cluster.flannel.leases.find(({ publicIp }) => sameAddress(publicIp, address))?.vtepMac;
}
