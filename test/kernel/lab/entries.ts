import { UDP_PORT, VXLAN_PORT } from '../../../src/core/overlay/flannel';
import { ICMP, ICMPV6, protocolTitle, TCP, UDP } from '../../../src/core/net/protocol';
import type { Entry } from './agent';
import { socketText } from './names';

/**
 * Entries of connection tracking as a trace writes them: `TCP 10.0.0.1:1 → …, replies …`. Without those of other
 * attempts, whose servers may still send.
 *
 * @param sourcePort of this attempt; each has another
 * @param drawn whether NAT may have given it a port that nobody knows: what no other attempt has is then of this one
 * @param earlier source ports of the other attempts in the same network
 */
export function entryTexts(
  entries: readonly Entry[],
  sourcePort: number,
  drawn: boolean,
  earlier: ReadonlySet<number>,
): string[] {
  const isOurs = ([protocol, ...ways]: Entry): boolean => {
    if (![TCP, UDP, ICMP, ICMPV6].includes(protocol)) return false;
    const ports = ways.flatMap(([, sport, , dport]) => [sport ?? UDP_PORT, dport ?? UDP_PORT]);
    if ([sourcePort, UDP_PORT, VXLAN_PORT].some((port) => ports.includes(port))) return true;
    return drawn && !ports.some((port) => earlier.has(port));
  };
  // A packet that TCP sends once more has another hash, and so is carried in another connection (`sk_rethink_txhash`).
  return [...new Set(entries.filter(isOurs).map(entryText))];
}

function entryText([protocol, original, reply]: Entry): string {
  const [there, back] = [original, reply].map(
    ([src, sport, dst, dport]) => `${socketText(src, sport)} → ${socketText(dst, dport)}`,
  );
  return withoutHash(`${protocolTitle(protocol)} ${there ?? ''}, replies ${back ?? ''}`);
}

/** The source port of a VXLAN packet is a hash of what it carries; the tracer shows another number. */
export function withoutHash(text: string): string {
  if (!text.includes(`:${VXLAN_PORT}`)) return text;
  return text.replace(/:\d+/g, (port) => (port === `:${VXLAN_PORT}` ? port : ':*'));
}
