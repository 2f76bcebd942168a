import { placeOf } from './difference';
import type { LaidOver, MarkedSighting } from './laid-over';

/** Captures over a trace in plain text, line by line. */
export function* describeLaidOver({ answer, captures, outcomes, supports }: LaidOver): Generator<string> {
  yield '';
  yield answer;
  for (const { title, node, namespace, interface: device, packets, ofTrace, problem } of captures) {
    yield `  ${title}: ${packets} packets on ${placeOf(node, namespace, device)}, ${ofTrace} of this trace`;
    if (problem !== null) yield `    ${problem}`;
  }
  for (const [at, { stands, difference, sightings }] of outcomes.entries()) {
    const title = outcomes.length > 1 ? `Outcome ${at + 1}` : 'The outcome';
    yield `  ${title} ${stands ? 'stands' : `falls: ${difference?.text ?? ''}`}`;
    // Where one is supported, its way is told; else every one's.
    if (supports === null || supports === at)
      for (const one of sightings.filter(({ mark }) => mark !== 'unknown')) yield `    ${sightingText(one, captures)}`;
  }
}

function sightingText({ mark, leg, sighting, at }: MarkedSighting, captures: LaidOver['captures']): string {
  const { node, namespace, interface: device, direction, outer } = sighting;
  const place = placeOf(node ?? '', namespace ?? '', device);
  const where = at ? ` (${captures[at.capture]?.title ?? ''}:${at.packet})` : '';
  return `${mark === 'seen' ? '✓ seen    ' : '✗ not seen'} ${leg}${outer ? ' in the tunnel' : ''} ${direction} ${place}${where}`;
}
