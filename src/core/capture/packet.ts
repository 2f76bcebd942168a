import type { Address } from '../net/address';

/** What a packet says of itself, from its IP header on. */
export interface CapturedHeaders {
  readonly src: Address;
  readonly dst: Address;
  readonly sport: number | undefined;
  readonly dport: number | undefined;
  readonly proto: number;
  /** tcpdump's letters: `S`, `S.`, `.`, `R` …; undefined where not TCP, or not shown. */
  readonly flags: string | undefined;
  /** TCP's sequence number, as printed. */
  readonly sequence: string | undefined;
  /** An echo of ICMP or ICMPv6. */
  readonly echo: 'request' | 'reply' | undefined;
  /** What a tunnel's packet carries, where that can be read. */
  readonly inner: CapturedHeaders | undefined;
}

/** A packet of a capture. */
export interface CapturedPacket extends CapturedHeaders {
  /** The line of the text, or which packet of the file it is; counting from 1. */
  readonly number: number;
  /** Seconds since the epoch, or since midnight where the text has no date; undefined where it has no time. */
  readonly time: number | undefined;
  /** Where the capture is one of any interface. */
  readonly interface: string | undefined;
  /** The same, by the number that the kernel knows the interface by. */
  readonly interfaceIndex: number | undefined;
  readonly direction: 'in' | 'out' | undefined;
}

/** What could be read of a capture, and what kept the rest from being read. */
export interface ReadCapture {
  readonly packets: readonly CapturedPacket[];
  readonly problem: string | undefined;
}
