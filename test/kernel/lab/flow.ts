import { FLAG } from '../../../src/core/net/packet';
import { ICMP, TCP } from '../../../src/core/net/protocol';
import { readPacket, type WirePacket } from './wire';

/** The packets that a trace predicts. */
export const LEGS = ['request', 'reply', 'ack', 'data'] as const;
export type LegName = (typeof LEGS)[number];

/** Those, what refuses a request (a RST, an ICMP error), and whatever else there is. */
export type PacketName = LegName | 'reset' | 'error' | 'other';

/** IPv6 packets have no number that tells one from the same sent again; TCP waits at least 200 ms for that (TCP_RTO_MIN). */
const SENT_AGAIN_SECONDS = 0.15;

/**
 * Which packets belong to one attempt, whatever NAT makes of their addresses and ports: TCP by its sequence numbers,
 * datagrams and echoes by the token that they carry. What is sent again is another packet.
 */
export class Flow {
  private first: number | undefined;
  private answer: number | undefined;
  private readonly sent = new Map<string, { readonly id: number; readonly time: number }>();

  /** @param earlier source ports of attempts before it in the same network */
  constructor(
    private readonly token: string,
    private readonly earlier: ReadonlySet<number>,
  ) {}

  /** @param by what showed it, and `time` in seconds by the clock of that */
  nameOf(packet: WirePacket, by: 'capture' | 'rule', time: number): PacketName {
    const name = this.kindOf(packet);
    const key = `${by} ${name}`;
    const first = this.sent.get(key) ?? { id: packet.id, time };
    this.sent.set(key, first);
    const same = packet.src.family === 4 ? packet.id === first.id : time < first.time + SENT_AGAIN_SECONDS;
    return same ? name : 'other';
  }

  private kindOf(packet: WirePacket): PacketName {
    if (packet.proto === TCP) return this.tcpName(packet);
    if (packet.icmpType !== undefined) return this.icmpName(packet, packet.icmpType);
    if (this.carries(packet, 'Q')) return 'request';
    return this.carries(packet, 'A') ? 'reply' : 'other';
  }

  private icmpName(packet: WirePacket, type: number): PacketName {
    const echo = packet.proto === ICMP ? [8, 0] : [128, 129];
    if (echo.includes(type)) {
      if (!this.carries(packet, 'Q')) return 'other';
      return type === echo[0] ? 'request' : 'reply';
    }
    const inner = readPacket(packet.payload);
    return inner && this.kindOf(inner) === 'request' ? 'error' : 'other';
  }

  /**
   * Nothing but this attempt sends a SYN from its source port, before NAT changes that. Where it is seen only afterwards,
   * it is still none from a port of an earlier attempt; a port that NAT draws may be any other.
   */
  private tcpName({ flags, sequence, acknowledged, sport, payload }: WirePacket): PacketName {
    if (flags === FLAG.SYN) {
      if (this.first === undefined && sport !== undefined && !this.earlier.has(sport)) this.first = sequence;
      return sequence === this.first ? 'request' : 'other';
    }
    if (this.first === undefined) return 'other';
    const after = (this.first + 1) >>> 0;
    if ((flags & FLAG.RST) !== 0 && acknowledged === after) return 'reset';
    if (flags === (FLAG.SYN | FLAG.ACK) && acknowledged === after) {
      this.answer ??= sequence;
      return 'reply';
    }
    const answered = this.answer === undefined ? undefined : (this.answer + 1) >>> 0;
    if (flags === FLAG.ACK && payload.length === 0 && sequence === after && acknowledged === answered) return 'ack';
    return flags === (FLAG.PSH | FLAG.ACK) && sequence === answered ? 'data' : 'other';
  }

  private carries({ payload }: WirePacket, kind: 'Q' | 'A'): boolean {
    return payload.toString('latin1', 0, this.token.length) === kind + this.token.slice(1);
  }
}
