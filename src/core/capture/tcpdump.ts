import { type Address, parseAddress } from '../net/address';
import { ICMP, ICMPV6, parsePort, TCP, UDP } from '../net/protocol';
import { linesOf } from '../text/lines';

/** A packet as tcpdump printed it. */
export interface CapturedPacket {
  readonly src: Address;
  readonly dst: Address;
  readonly sport: number | undefined;
  readonly dport: number | undefined;
  readonly proto: number;
  /** tcpdump's letters: `S`, `S.`, `.`, `R` …; undefined where not TCP. */
  readonly flags: string | undefined;
  /** Sequence number, as printed. */
  readonly sequence: string | undefined;
  readonly line: number;
}

/** What stands before the addresses: the time (-t, -tt, -tttt), the interface (-i any), the frame (-e), the header (-v). */
const HEAD = new RegExp(
  '^(?:\\d{4}-\\d\\d-\\d\\d )?(?:[\\d:]+\\.\\d+ )?(?:\\S+ +(?:In|Out|B|M|P) +)?' +
    '(?:IP6? |[0-9a-f:]{17} > [0-9a-f:]{17}, ethertype IPv[46] \\(0x[0-9a-f]{4}\\), length \\d+: )' +
    '(\\((?:[^()]|\\([^()]*\\))*\\) ?)?',
);
const ADDRESSES = /^(\S+) > (\S+?): (.*)$/;

/** Reads the lines that tcpdump prints for IP packets, with whatever options; other lines are passed over. */
export function readTcpdump(text: string): CapturedPacket[] {
  const packets: CapturedPacket[] = [];
  let expectsAddresses = false;
  for (const { text: line, number } of linesOf(text)) {
    const head: string | undefined = HEAD.exec(line)?.[0];
    // With -v, the addresses of IPv4 stand on the line after the header's. An indented header is what an ICMP error quotes.
    const rest: string | undefined =
      head === undefined ? (expectsAddresses ? line.trim() : undefined) : line.slice(head.length);
    expectsAddresses = head !== undefined && rest === '';
    const packet = rest === undefined ? undefined : readPacket(rest, number);
    if (packet) packets.push(packet);
  }
  return packets;
}

function readPacket(text: string, line: number): CapturedPacket | undefined {
  const [, from, to, rest = ''] = ADDRESSES.exec(text) ?? [];
  if (from === undefined || to === undefined) return undefined;
  const flags = /^Flags \[([^\]]*)\]/.exec(rest)?.[1];
  const proto = protocolOf(rest, flags);
  const src = splitSocket(from, proto);
  const dst = splitSocket(to, proto);
  if (!src || !dst) return undefined;
  const sequence = /\bseq (\d+)/.exec(rest)?.[1];
  return { src: src.address, dst: dst.address, sport: src.port, dport: dst.port, proto, flags, sequence, line };
}

function protocolOf(rest: string, flags: string | undefined): number {
  if (flags !== undefined || /^tcp \d/.test(rest)) return TCP;
  if (/\bICMP6,/.test(rest)) return ICMPV6;
  return rest.startsWith('ICMP') ? ICMP : UDP;
}

/** `192.168.1.12.50712`: tcpdump puts a dot before the port. */
function splitSocket(text: string, proto: number): { address: Address; port: number | undefined } | undefined {
  const bare = parseAddress(text);
  if (bare && (proto === ICMP || proto === ICMPV6 || bare.family === 4)) return { address: bare, port: undefined };
  const dot = text.lastIndexOf('.');
  const address = parseAddress(text.slice(0, dot));
  const port = parsePort(text.slice(dot + 1));
  return address && port !== undefined ? { address, port } : undefined;
}

/** The interface that a tcpdump command listens on; undefined for `any`. */
export function capturedInterface(command: string): string | undefined {
  const found = /\s-(?:[a-zA-Z]*i)\s*(\S+)|--interface[= ](\S+)/.exec(command);
  const name = found?.[1] ?? found?.[2];
  return name === 'any' ? undefined : name;
}
