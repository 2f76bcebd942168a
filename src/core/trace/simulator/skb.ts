import { type Address, formatAddress } from '../../net/address';
import type { Packet } from '../../net/packet';
import { protocolName } from '../../net/protocol';
import type { SocketOwner } from '../../netfilter/match';
import type { Tracking } from '../../netfilter/tracking';
import type { Fate } from './fate';
import type { InputRoute, SentAs } from './next';
import type { PacketRecord } from '../result';

/** Conntrack zones of the two directions. */
export interface Zones {
  readonly original: number;
  readonly reply: number;
}

export const DEFAULT_ZONES: Zones = { original: 0, reply: 0 };

/** A packet on its way, with what the kernel keeps beside it (`struct sk_buff`). Changes as it goes. */
export interface Skb {
  packet: Packet;
  in: string | undefined;
  out: string | undefined;
  /** Bridge ports, while br_netfilter shows the packet to the IP hooks. */
  physIn: string | undefined;
  physOut: string | undefined;
  bridged: boolean;
  /** Undefined until connection tracking has seen it in this namespace. */
  tracking: Tracking | undefined;
  /** What target CT set for a packet not yet tracked: its zones. */
  template: Zones | undefined;
  socket: SocketOwner | undefined;
  /** The source of the Ethernet frame that it came in, as far as the snapshot shows that. */
  mac: string | undefined;
  /** A socket of this namespace takes it, whatever its destination: the doing of TPROXY. */
  taken: boolean;
  /** The source that its socket has: what the first route lookup chose, whatever NAT does later. */
  sentFrom: Address | undefined;
  /** The namespace that sent it last: a bridge does not send a frame back where it came from. */
  sentBy: object | undefined;
  /** PREROUTING has been run in the bridge: the IP stack skips it (net/bridge/br_netfilter_hooks.c `ip_sabotage_in`). */
  prerouted: boolean;
  /** Set while it passes lo. */
  looped: SentAs | undefined;
  /** The routing decision, where the bridge has made it already. */
  routed: InputRoute | Fate | undefined;
}

export function newSkb(packet: Packet, socket: SocketOwner | undefined): Skb {
  return {
    packet,
    in: undefined,
    out: undefined,
    physIn: undefined,
    physOut: undefined,
    bridged: false,
    tracking: undefined,
    template: undefined,
    socket,
    mac: undefined,
    taken: false,
    sentFrom: undefined,
    sentBy: undefined,
    prerouted: false,
    looped: undefined,
    routed: undefined,
  };
}

/** Nothing is left of what was invalid: on lo it is looked up again (net/netfilter/nf_conntrack_core.c `nf_conntrack_in`). */
export function isTracked({ tracking }: Skb): boolean {
  return tracking !== undefined && tracking.state !== 'INVALID';
}

/** What is left when a packet passes into another namespace or out of a tunnel (net/core/skbuff.c `skb_scrub_packet`). */
export function scrub(skb: Skb): void {
  const { sentFrom, sentBy, mac } = skb;
  Object.assign(skb, { ...newSkb({ ...skb.packet, mark: 0 }, undefined), sentFrom, sentBy, mac });
}

export function record(skb: Skb): PacketRecord {
  const { packet } = skb;
  return {
    in: skb.in ?? null,
    out: skb.out ?? null,
    src: formatAddress(packet.src),
    dst: formatAddress(packet.dst),
    proto: protocolName(packet.proto),
    sport: packet.sport ?? null,
    dport: packet.dport ?? null,
    mark: packet.mark,
  };
}
