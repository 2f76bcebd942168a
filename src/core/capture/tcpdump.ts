import { type Address, parseAddress } from '../net/address';
import { ICMP, ICMPV6, parsePort, TCP, UDP } from '../net/protocol';
import { linesOf } from '../text/lines';
import type { CapturedHeaders, CapturedPacket } from './packet';

/** What stands before the addresses: the time (-t, -tt, -tttt), the interface (-i any), the frame (-e), the header (-v). */
const HEAD = new RegExp(
  '^(?<date>\\d{4}-\\d\\d-\\d\\d )?(?:(?<time>[\\d:]+\\.\\d+) )?(?:(?<interface>\\S+) +(?<way>In|Out|B|M|P) +)?' +
    '(?:IP6? |[0-9a-f:]{17} > [0-9a-f:]{17}, ethertype IPv[46] \\(0x[0-9a-f]{4}\\), length \\d+: )' +
    '(\\((?:[^()]|\\([^()]*\\))*\\) ?)?',
);
const ADDRESSES = /^(\S+) > (\S+?): (.*)$/;
/** What tcpdump says of a packet that carries a frame; what that carries stands on the next line. */
const TUNNEL = /^(VXLAN|OTV|Geneve)\b/;

type Placed = Pick<CapturedPacket, 'time' | 'interface' | 'direction'>;
const NOWHERE: Placed = { time: undefined, interface: undefined, direction: undefined };

/** Reads the lines that tcpdump prints for IP packets, with whatever options; other lines are passed over. */
export function readTcpdump(text: string): CapturedPacket[] {
  const packets: CapturedPacket[] = [];
  let expectsAddresses = false;
  let carries = false;
  let placed = NOWHERE;
  for (const { text: line, number } of linesOf(text)) {
    const head = HEAD.exec(line);
    // With -v, the addresses of IPv4 stand on the line after the header's. An indented header is what an ICMP error quotes.
    const rest: string | undefined = head ? line.slice(head[0].length) : expectsAddresses ? line.trim() : undefined;
    expectsAddresses = head !== null && rest === '';
    if (head) placed = placeOf(head.groups ?? {});
    const headers = rest === undefined ? undefined : readPacket(rest);
    if (!headers) {
      // What is carried is no IP packet.
      if (!expectsAddresses) carries = false;
      continue;
    }
    // What is carried has no time of its own.
    const timed = placed.time !== undefined && packets.at(-1)?.time !== undefined;
    const carrier: CapturedPacket | undefined = carries && !timed ? packets.pop() : undefined;
    packets.push(
      carrier ? { ...carrier, inner: headers } : { ...headers, ...placed, number, interfaceIndex: undefined },
    );
    carries = !carrier && TUNNEL.test(ADDRESSES.exec(rest ?? '')?.[3] ?? '');
  }
  return packets;
}

function placeOf({ date, time, interface: name, way }: Readonly<Record<string, string | undefined>>): Placed {
  return {
    time: time === undefined ? undefined : secondsOf(date, time),
    interface: name,
    direction: way === undefined ? undefined : way === 'Out' ? 'out' : 'in',
  };
}

/** `12:05:45.073872`, with a date or without; or seconds since the epoch, or since the packet before (-ttt). */
function secondsOf(date: string | undefined, time: string): number {
  const seconds = time.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
  return date === undefined ? seconds : Date.parse(date.trim()) / 1000 + seconds;
}

function readPacket(text: string): CapturedHeaders | undefined {
  const [, from, to, rest = ''] = ADDRESSES.exec(text) ?? [];
  if (from === undefined || to === undefined) return undefined;
  // Of IP in IP, and in GRE: the inner packet follows on the line.
  const inner = /^(?:GREv0,[^:]*: )?IP6? (.*)$/.exec(rest)?.[1];
  const flags = /^Flags \[([^\]]*)\]/.exec(rest)?.[1];
  const proto = inner === undefined || rest.startsWith('GREv0') ? protocolOf(rest, flags) : IP_IN_IP;
  const src = splitSocket(from, proto);
  const dst = splitSocket(to, proto);
  if (!src || !dst) return undefined;
  return {
    src: src.address,
    dst: dst.address,
    sport: src.port,
    dport: dst.port,
    proto,
    flags,
    sequence: /\bseq (\d+)/.exec(rest)?.[1],
    echo: /^ICMP6?,? echo (request|reply)\b/.exec(rest)?.[1] as CapturedHeaders['echo'],
    inner: inner === undefined ? undefined : readPacket(inner),
  };
}

const IP_IN_IP = 4;
const GRE = 47;

function protocolOf(rest: string, flags: string | undefined): number {
  if (flags !== undefined || /^tcp \d/.test(rest)) return TCP;
  if (/\bICMP6,/.test(rest)) return ICMPV6;
  if (rest.startsWith('GREv0')) return GRE;
  return rest.startsWith('ICMP') ? ICMP : UDP;
}

/** `192.168.1.12.50712`: tcpdump puts a dot before the port. */
function splitSocket(text: string, proto: number): { address: Address; port: number | undefined } | undefined {
  const bare = parseAddress(text);
  if (bare && (bare.family === 4 || ![TCP, UDP].includes(proto))) return { address: bare, port: undefined };
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
