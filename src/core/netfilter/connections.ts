import { type Address, parseAddress } from '../net/address';
import { parseProtocol } from '../net/protocol';
import type { Problem } from '../problem';
import { linesOf } from '../text/lines';

/** One direction of a connection as conntrack prints it; ICMP has no ports. */
export interface PrintedTuple {
  readonly src: Address;
  readonly dst: Address;
  readonly sport: number | undefined;
  readonly dport: number | undefined;
}

/** An entry of the connection table. */
export interface PrintedConnection {
  readonly protocol: number;
  /** TCP: `SYN_SENT`, `ESTABLISHED` … */
  readonly state: string | undefined;
  readonly original: PrintedTuple;
  readonly reply: PrintedTuple;
  /** `[UNREPLIED]`: no packet of the other side was seen. */
  readonly replied: boolean;
  readonly line: number;
}

/** Reads `conntrack -L [-o extended]` and /proc/net/nf_conntrack. */
export function readConnections(text: string): {
  connections: PrintedConnection[];
  problems: Problem[];
} {
  const connections: PrintedConnection[] = [];
  const problems: Problem[] = [];
  for (const { text: line, number } of linesOf(text)) {
    // conntrack says on stderr how many it has shown; where both were saved, it is no entry.
    if (line.trim() === '' || /^conntrack v/.test(line)) continue;
    const connection = readConnection(line, number);
    if (connection) connections.push(connection);
    else problems.push({ severity: 'error', line: number, message: 'not an entry of the connection table' });
  }
  return { connections, problems };
}

function readConnection(text: string, line: number): PrintedConnection | undefined {
  const words = text.trim().split(/\s+/);
  // The extended form begins with the family: `ipv4     2 udp      17 29 src=…`
  const start = /^ipv[46]$/.test(words[0] ?? '') ? 2 : 0;
  const protocol = parseProtocol(words[start + 1] ?? '');
  const first = words.findIndex((word) => word.startsWith('src='));
  const second = words.findIndex((word, at) => at > first && word.startsWith('src='));
  const original = tuple(words.slice(first, second));
  const reply = tuple(words.slice(second));
  if (protocol === undefined || first < 0 || second < 0 || !original || !reply) return undefined;
  const state = words.slice(start + 2, first).find((word) => /^[A-Z_]+2?$/.test(word));
  return { protocol, state, original, reply, replied: !words.includes('[UNREPLIED]'), line };
}

function tuple(words: readonly string[]): PrintedTuple | undefined {
  const value = (key: string): string | undefined =>
    words.find((word) => word.startsWith(`${key}=`))?.slice(key.length + 1);
  const src = parseAddress(value('src') ?? '');
  const dst = parseAddress(value('dst') ?? '');
  return src && dst && { src, dst, sport: port(value('sport')), dport: port(value('dport')) };
}

function port(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,5}$/.test(text) ? Number(text) : undefined;
}
