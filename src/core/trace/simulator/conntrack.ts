import { sameAddress } from '../../net/address';
import { FLAG, type Packet } from '../../net/packet';
import { ICMP, ICMPV6, TCP } from '../../net/protocol';
import type { Connection, Tracking, Tuple } from '../../netfilter/tracking';

/** ICMP queries that open a connection, with the type of their reply (net/netfilter/nf_conntrack_proto_icmp.c). */
const ICMP_REPLY: ReadonlyMap<number, number> = new Map([
  [8, 0],
  [13, 14],
  [15, 16],
  [17, 18],
]);
const ICMPV6_REPLY: ReadonlyMap<number, number> = new Map([
  [128, 129],
  [139, 140],
]);

/** The tuple of a packet. For ICMP the id takes the place of the source port, type and code that of the destination's. */
export function tupleOf(packet: Packet): Tuple {
  const { src, dst, proto } = packet;
  if (packet.icmp)
    return { src, dst, proto, sport: packet.icmp.id ?? 0, dport: packet.icmp.type * 256 + packet.icmp.code };
  return { src, dst, proto, sport: packet.sport ?? 0, dport: packet.dport ?? 0 };
}

/** Whether packets of this type ask or answer, and so have an id. */
export function isQuery(proto: number, type: number): boolean {
  const replies = proto === ICMP ? ICMP_REPLY : ICMPV6_REPLY;
  return replies.has(type) || [...replies.values()].includes(type);
}

/** The tuple of the packets that answer this one. */
export function invert(tuple: Tuple): Tuple {
  const reversed = { ...tuple, src: tuple.dst, dst: tuple.src };
  if (tuple.proto === ICMP || tuple.proto === ICMPV6) {
    const type = tuple.dport >> 8;
    const replies = tuple.proto === ICMP ? ICMP_REPLY : ICMPV6_REPLY;
    const back = [...replies].find(([, reply]) => reply === type)?.[0];
    return { ...reversed, dport: (replies.get(type) ?? back ?? type) * 256 + (tuple.dport & 255) };
  }
  return { ...reversed, sport: tuple.dport, dport: tuple.sport };
}

export function sameTuple(a: Tuple, b: Tuple): boolean {
  return (
    a.proto === b.proto &&
    a.sport === b.sport &&
    a.dport === b.dport &&
    sameAddress(a.src, b.src) &&
    sameAddress(a.dst, b.dst)
  );
}

/** The connection table of one network namespace. It is keyed by tuple and zone, never by interface. */
export class Conntrack {
  private readonly connections: Connection[] = [];

  /** net/netfilter/nf_conntrack_core.c `nf_conntrack_in`: what the packet belongs to, creating an entry where it opens one. */
  track(packet: Packet, zone: { original: number; reply: number }, loose: boolean): Tracking {
    if (packet.inner) return this.relate(packet, packet.inner);
    const tuple = tupleOf(packet);
    for (const connection of this.connections) {
      const direction =
        sameTuple(connection.reply, tuple) && connection.zone.reply === zone.reply
          ? 'reply'
          : sameTuple(connection.original, tuple) && connection.zone.original === zone.original
            ? 'original'
            : undefined;
      if (!direction) continue;
      if (packet.proto === TCP && !proceeds(connection, direction, packet.flags ?? 0)) return { state: 'INVALID' };
      // nf_conntrack_proto_tcp.c `nf_conntrack_tcp_packet`: a RST before any reply is the end of the entry.
      if (packet.proto === TCP && ((packet.flags ?? 0) & FLAG.RST) !== 0 && !connection.seenReply)
        this.forget(connection);
      if (direction === 'reply') connection.seenReply = true;
      // The third packet of the handshake; datagrams are assured after two seconds, and echoes never.
      else if (connection.seenReply && packet.proto === TCP) connection.assured = true;
      return { state: connection.seenReply ? 'ESTABLISHED' : 'NEW', direction, connection };
    }
    if (!opens(packet, loose)) return { state: 'INVALID' };
    const connection: Connection = {
      original: tuple,
      reply: invert(tuple),
      zone: { ...zone },
      mark: 0,
      decided: { destination: false, source: false },
      nat: { destination: false, source: false },
      confirmed: false,
      seenReply: false,
      assured: false,
      ...(packet.proto === TCP && {
        handshake: ((packet.flags ?? 0) & FLAG.SYN) !== 0 ? 'syn-sent' : 'established',
      }),
    };
    return { state: 'NEW', direction: 'original', connection };
  }

  /**
   * An ICMP error belongs to the connection of the packet that it carries, and goes against that packet's direction
   * (net/netfilter/nf_conntrack_proto_icmp.c `nf_conntrack_inet_error`).
   */
  private relate(error: Packet, inner: Packet): Tracking {
    const sought = invert(tupleOf(inner));
    for (const connection of this.connections)
      for (const direction of ['original', 'reply'] as const)
        if (sameTuple(connection[direction], sought) && sameAddress(connection[direction].dst, error.dst))
          return { state: 'RELATED', direction, connection };
    return { state: 'INVALID' };
  }

  /** The connection of a packet with this tuple, and the packet's direction. */
  find(tuple: Tuple): { connection: Connection; direction: 'original' | 'reply' } | undefined {
    for (const connection of this.connections)
      for (const direction of ['original', 'reply'] as const)
        if (sameTuple(connection[direction], tuple)) return { connection, direction };
    return undefined;
  }

  /** The packet has left the last hook: its entry is in the table from now on. True where it was not before. */
  confirm(connection: Connection): boolean {
    if (connection.confirmed) return false;
    connection.confirmed = true;
    this.connections.push(connection);
    return true;
  }

  /**
   * The other connection that the replies to this one would belong to, in one direction or the other
   * (`nf_conntrack_tuple_taken`). It is sought where the zone of these replies is hashed to, and then compared with the
   * zone by its own direction (`hash_conntrack`, `nf_ct_key_equal`).
   */
  holder(reply: Tuple, { zone, original }: Pick<Connection, 'zone' | 'original'>): Connection | undefined {
    return this.connections.find(
      (other) =>
        !(sameTuple(other.original, original) && other.zone.original === zone.original) &&
        ((sameTuple(other.reply, reply) && other.zone.reply === zone.reply) ||
          (sameTuple(other.original, reply) &&
            other.zone.original === zone.reply &&
            other.zone.original === zone.original)),
    );
  }

  forget(connection: Connection): void {
    const at = this.connections.indexOf(connection);
    if (at >= 0) this.connections.splice(at, 1);
  }
}

/**
 * The part of `tcp_conntracks` in net/netfilter/nf_conntrack_proto_tcp.c that a handshake meets: who has not seen the
 * SYN+ACK takes what the client sends next for invalid, and lets pass what the server acknowledges (TCP_CONNTRACK_IGNORE).
 */
function proceeds(connection: Connection, direction: 'original' | 'reply', flags: number): boolean {
  if ((flags & FLAG.RST) !== 0) return true;
  if (connection.handshake === 'syn-sent') {
    if (direction === 'original') return (flags & FLAG.SYN) !== 0;
    if ((flags & FLAG.SYN) === 0) return (flags & FLAG.FIN) === 0;
    connection.handshake = 'syn-received';
  } else if (direction === 'original') connection.handshake = 'established';
  return true;
}

/** Whether a packet of no known connection opens one (`tcp_new`, `icmp_new` in net/netfilter/nf_conntrack_proto_*.c). */
function opens(packet: Packet, loose: boolean): boolean {
  if (packet.proto === TCP) {
    const flags = packet.flags ?? 0;
    if ((flags & FLAG.RST) !== 0 || (flags & FLAG.FIN) !== 0) return false;
    if ((flags & FLAG.SYN) !== 0) return (flags & FLAG.ACK) === 0;
    return (flags & FLAG.ACK) !== 0 && loose;
  }
  if (packet.proto === ICMP) return packet.icmp !== undefined && ICMP_REPLY.has(packet.icmp.type);
  if (packet.proto === ICMPV6) return packet.icmp !== undefined && ICMPV6_REPLY.has(packet.icmp.type);
  return true;
}
