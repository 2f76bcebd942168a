import { type Address, parseAddress } from '../net/address';
import { ICMP, parsePort, TCP, UDP } from '../net/protocol';
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

const PACKET =
  /^(?:\d{4}-\d\d-\d\d )?(?:\d\d:\d\d:\d\d\.\d+ )?(?:\S+ +(?:In|Out|B|M|P) +)?IP6? (\S+) > ([^\s:]\S*?): (.*)$/;

/** Reads the lines that `tcpdump [-n]` prints for IP packets; other lines are passed over. */
export function readTcpdump(text: string): CapturedPacket[] {
  const packets: CapturedPacket[] = [];
  for (const { text: line, number } of linesOf(text)) {
    const found = PACKET.exec(line.trim());
    if (!found) continue;
    const [, from = '', to = '', rest = ''] = found;
    const flags = /^Flags \[([^\]]*)\]/.exec(rest)?.[1];
    const proto = flags !== undefined ? TCP : rest.startsWith('ICMP') ? ICMP : UDP;
    const src = splitSocket(from, proto);
    const dst = splitSocket(to, proto);
    if (!src || !dst) continue;
    packets.push({
      src: src.address,
      dst: dst.address,
      sport: src.port,
      dport: dst.port,
      proto,
      flags,
      sequence: /\bseq (\d+)/.exec(rest)?.[1],
      line: number,
    });
  }
  return packets;
}

/** `192.168.1.12.50712`: tcpdump puts a dot before the port. */
function splitSocket(text: string, proto: number): { address: Address; port: number | undefined } | undefined {
  const bare = parseAddress(text);
  if (bare && (proto === ICMP || bare.family === 4)) return { address: bare, port: undefined };
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
