import { FLAG } from '../../../src/core/net/packet';
import { ICMP, ICMPV6, TCP } from '../../../src/core/net/protocol';
import { readPacket, type WirePacket } from './wire';

/** The packets that a trace predicts, and those that refuse a connection. */
export const LEGS = ['request', 'reply', 'ack', 'data'] as const;
export type LegName = (typeof LEGS)[number];

/**
 * Which packets belong to one attempt, whatever NAT makes of their addresses and ports: TCP by its sequence numbers,
 * datagrams and echoes by the token that they carry.
 */
export class Flow {
  private first: number | undefined;
  private answer: number | undefined;

  constructor(private readonly token: string) {}

  /** The leg that a packet belongs to; `reset` for a RST, `error` for an ICMP error about the request. */
  legOf(packet: WirePacket): LegName | 'reset' | 'error' | undefined {
    if (packet.proto === TCP) return this.tcpLeg(packet);
    if (packet.proto === ICMP || packet.proto === ICMPV6) {
      if ([8, 128].includes(packet.icmpType ?? -1)) return this.carries(packet, 'Q') ? 'request' : undefined;
      if ([0, 129].includes(packet.icmpType ?? -1)) return this.carries(packet, 'Q') ? 'reply' : undefined;
      const inner = readPacket(packet.payload);
      return inner && this.legOf(inner) === 'request' ? 'error' : undefined;
    }
    if (this.carries(packet, 'Q')) return 'request';
    return this.carries(packet, 'A') ? 'reply' : undefined;
  }

  /** Nothing but this attempt sends a SYN with the token's number as its source port, before NAT changes it. */
  private tcpLeg({ flags, sequence, acknowledged, sport, payload }: WirePacket): LegName | 'reset' | undefined {
    if (flags === FLAG.SYN) {
      if (this.first === undefined && sport === Number(this.token.slice(1))) this.first = sequence;
      return sequence === this.first ? 'request' : undefined;
    }
    if (this.first === undefined) return undefined;
    const after = (this.first + 1) >>> 0;
    if ((flags & FLAG.RST) !== 0 && acknowledged === after) return 'reset';
    if (flags === (FLAG.SYN | FLAG.ACK) && acknowledged === after) {
      this.answer ??= sequence;
      return 'reply';
    }
    const answered = this.answer === undefined ? undefined : (this.answer + 1) >>> 0;
    if (flags === FLAG.ACK && payload.length === 0 && sequence === after && acknowledged === answered) return 'ack';
    return flags === (FLAG.PSH | FLAG.ACK) && sequence === answered ? 'data' : undefined;
  }

  private carries({ payload }: WirePacket, kind: 'Q' | 'A'): boolean {
    return payload.toString('latin1', 0, this.token.length) === kind + this.token.slice(1);
  }
}
