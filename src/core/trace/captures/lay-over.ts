import type { Leg, Outcome, Sighting, TraceResult } from '../result';
import type { LegName } from '../way';
import { firstDifference } from './difference';
import { Laid } from './laid';
import type { Capture, LaidOver, LaidOverOutcome, MarkedSighting } from './laid-over';
import { covers, Flow, isAt, legsIn, shows } from './match';
import { unpredicted } from './unpredicted';
import { answerOf } from './words';

/**
 * Lays captures over a trace: which of the packets that it predicts were seen where. Captures that are laid over
 * together are taken to be of the same attempts: where one shows an attempt, another that shows nothing has seen nothing.
 */
export function layOver({ outcomes }: Pick<TraceResult, 'outcomes'>, captures: readonly Capture[]): LaidOver {
  const flow = new Flow(outcomes);
  const laid = captures.map((capture, at) => new Laid(capture, at, flow));
  const marked = outcomes.map((outcome) => layOverOutcome(outcome, laid, flow));
  const standing = marked.flatMap(({ stands }, at) => (stands ? [at] : []));
  const [only] = standing;
  const supports = only !== undefined && standing.length === 1 && outcomes.length > 1 ? only : null;
  return {
    answer: answerOf(outcomes, marked, laid),
    supports,
    captures: laid.map(({ capture, ofTrace }) => ({
      node: capture.node,
      namespace: capture.namespace,
      interface: capture.interface ?? null,
      title: capture.title,
      packets: capture.packets.length,
      ofTrace,
      problem: capture.problem ?? null,
    })),
    outcomes: marked,
  };
}

function layOverOutcome(outcome: Outcome, laid: readonly Laid[], flow: Flow): LaidOverOutcome {
  // Of packets that cannot be told apart, each shows one sighting, the first.
  const claimed = new Set<string>();
  const sightings = legsIn(outcome).flatMap(([name, leg]) =>
    leg.captures.map((sighting) => markSighting(name, leg, sighting, laid, claimed)),
  );
  const more = unpredicted(outcome, laid, flow);
  const difference = firstDifference(sightings, more, laid);
  return { stands: difference === null, difference, sightings, unpredicted: more };
}

function markSighting(
  name: LegName,
  leg: Leg,
  sighting: Sighting,
  laid: readonly Laid[],
  claimed: Set<string>,
): MarkedSighting {
  let ambiguous = false;
  const there = laid.filter(({ capture }) => covers(capture, sighting));
  for (const one of there) {
    const { capture, index } = one;
    const found = one.alike(sighting.packet).find((seen) => isAt(seen, sighting) && shows(leg, name, sighting, seen));
    if (!found) continue;
    const key = `${index} ${found.number}`;
    const vague = (capture.interface ?? found.interface) === undefined || (sighting.outer && found.inner === undefined);
    if (!vague || !claimed.has(key)) {
      claimed.add(key);
      return { leg: name, sighting, mark: 'seen', at: { capture: index, packet: found.number } };
    }
    ambiguous = true;
  }
  const missed = !ambiguous && there.some((one) => isMissed(name, sighting, one, laid));
  return { leg: name, sighting, mark: missed ? 'not-seen' : 'unknown', at: null };
}

/** Whether it would be in the capture, had it come by. */
function isMissed(leg: LegName, { promiscuous, outer }: Sighting, one: Laid, laid: readonly Laid[]): boolean {
  // A capture need not be promiscuous, and a server need not say anything.
  if (promiscuous === true || leg === 'data') return false;
  // `port 80` leaves out what goes through a tunnel, `port 8285` what does not.
  if (outer) return one.showsTunnels && one.reaches(leg);
  if (one.showsPlain) return one.reaches(leg);
  return !one.showsTunnels && laid.some((other) => other.reaches(leg));
}
