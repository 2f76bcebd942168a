import type { CapturedPacket } from '../../capture/packet';
import { formatSocket } from '../../net/address';
import type { Outcome } from '../result';
import type { Laid } from './laid';
import type { Unpredicted } from './laid-over';
import { covers, type Flow, isAt, legsIn, shows } from './match';

/** Packets of the trace that were seen where the outcome shows none; what is sent again counts once. */
export function unpredicted(outcome: Outcome, laid: readonly Laid[], flow: Flow): Unpredicted[] {
  const legs = legsIn(outcome);
  return laid.flatMap((one) => {
    const { capture, index, packets } = one;
    const predicted = (seen: CapturedPacket): boolean =>
      legs.some(([name, leg]) =>
        leg.captures.some(
          (sighting) => covers(capture, sighting) && isAt(seen, sighting) && shows(leg, name, sighting, seen),
        ),
      );
    const found = new Map<string, Unpredicted>();
    for (const seen of packets) {
      const leg = flow.legOf(seen);
      if (leg === undefined) continue;
      // The way of a RST is no leg; that there is one speaks against a connection only where nothing else has answered.
      if (leg === 'refusal' ? outcome.verdict !== 'connected' || answered(seen, packets) : predicted(seen)) continue;
      const text = textOf(seen, leg);
      const key = `${leg} ${seen.interface ?? ''} ${seen.direction ?? ''} ${text}`;
      if (!found.has(key)) found.set(key, { leg, capture: index, packet: seen.number, text });
    }
    return [...found.values()];
  });
}

/** Whether a SYN+ACK of the same connection has come by. */
function answered({ sport, dport }: CapturedPacket, packets: readonly CapturedPacket[]): boolean {
  return packets.some((one) => one.flags === 'S.' && one.sport === sport && one.dport === dport);
}

function textOf(seen: CapturedPacket, leg: Unpredicted['leg']): string {
  const { src, sport, dst, dport, flags } = seen.inner ?? seen;
  const what = flags === undefined ? leg : flagWords(flags);
  return `${formatSocket(src, sport)} > ${formatSocket(dst, dport)}, ${what}${seen.inner ? ' in a tunnel' : ''}`;
}

/** tcpdump's letters as people say them. */
export function flagWords(flags: string): string {
  const known: Readonly<Record<string, string>> = { S: 'SYN', 'S.': 'SYN+ACK', '.': 'ACK', R: 'RST', 'R.': 'RST' };
  return known[flags] ?? `[${flags}]`;
}
