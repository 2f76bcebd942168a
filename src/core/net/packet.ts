import type { Address } from './address';

/** TCP flag bits as in the header (RFC 9293 §3.1). */
export const FLAG = { FIN: 1, SYN: 2, RST: 4, PSH: 8, ACK: 16, URG: 32 } as const;

/** `SYN+ACK` */
export function flagsText(flags: number): string {
  return Object.entries(FLAG)
    .flatMap(([name, bit]) => ((flags & bit) !== 0 ? [name] : []))
    .join('+');
}

/** What is on the wire, and the mark that travels with it inside one network namespace. Immutable. */
export interface Packet {
  readonly src: Address;
  readonly dst: Address;
  /** IP protocol number. */
  readonly proto: number;
  readonly sport?: number;
  readonly dport?: number;
  /** ICMP and ICMPv6 only. */
  readonly icmp?: { readonly type: number; readonly code: number; readonly id?: number };
  /** ICMP errors: the packet that they are about, as the sender of the error had it. */
  readonly inner?: Packet;
  /** TCP only: the bits of `FLAG`. */
  readonly flags?: number;
  readonly mark: number;
  readonly ttl: number;
  /** Bytes of the whole IP packet; undefined where that is a matter of what a program sends. */
  readonly length: number | undefined;
  readonly dscp: number;
}
