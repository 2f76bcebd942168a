import type { Outcome } from '../result';
import { placeOf } from './difference';
import type { Laid } from './laid';
import type { LaidOverOutcome } from './laid-over';

/** What captures say of a trace, in a sentence or two. */
export function answerOf(
  outcomes: readonly Outcome[],
  marked: readonly LaidOverOutcome[],
  laid: readonly Laid[],
): string {
  const places = laid.map(({ capture }) => placeOf(capture.node, capture.namespace, capture.interface ?? null));
  if (laid.every(({ packets }) => packets.length === 0) && !marked.some(anySeen))
    return `Of this packet the ${laid.length === 1 ? 'capture shows' : 'captures show'} nothing (${places.join(', ')}).`;
  const standing = outcomes.filter((_, at) => marked[at]?.stands === true);
  const [only, ...others] = standing;
  if (!only) {
    const first = marked.find(({ difference }) => difference !== null)?.difference?.text ?? '';
    const what = outcomes.length === 1 ? 'the trace' : 'any outcome of the trace';
    return `What was captured does not agree with ${what}. The first difference: ${first}.`;
  }
  if (outcomes.length === 1) return `What was captured agrees with the trace${countOf(marked[0])}.`;
  if (others.length === 0) return `What was captured agrees with one outcome of ${outcomes.length}: ${titleOf(only)}.`;
  const [fallen] = marked.flatMap(({ difference }) => (difference ? [difference.text] : []));
  const reason = fallen === undefined ? '' : ` The others fall: ${fallen}.`;
  return `What was captured agrees with ${standing.length} outcomes of ${outcomes.length}: ${standing.map(titleOf).join('; ')}.${reason}`;
}

function anySeen({ sightings }: LaidOverOutcome): boolean {
  return sightings.some(({ mark }) => mark === 'seen');
}

function countOf(marked: LaidOverOutcome | undefined): string {
  const told = marked?.sightings.filter(({ mark }) => mark !== 'unknown') ?? [];
  const seen = told.filter(({ mark }) => mark === 'seen').length;
  return told.length === 0 ? '' : `: ${seen} of ${told.length} packets were seen where it shows them`;
}

function titleOf({ verdict, assumptions }: Outcome): string {
  const facts = assumptions.map(({ text }) => text);
  return facts.length === 0 ? verdict : `${verdict}, if ${facts.join(' and ')}`;
}
