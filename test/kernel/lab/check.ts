import assert from 'node:assert/strict';
import { trace } from '../../../src/core/trace/trace';
import { collect } from './collect';
import { disagreements } from './compare';
import type { Network } from './network';
import { freshPort, type Observation, observe, type Question } from './observe';

/**
 * The test of the tracer: takes a snapshot, asks the tracer what becomes of a packet, really sends it, and compares
 * everything. Where the tracer gives several outcomes, the kernel's must be one of them. `expectedNotes`: what the
 * tracer has to say that it does not simulate.
 */
export async function check(
  network: Network,
  question: Question,
  expectedNotes: readonly string[] = [],
): Promise<Observation> {
  const cluster = await collect(network);
  const port = freshPort();
  const asked = trace(cluster, {
    from: question.from,
    to: question.to,
    sourcePort: port,
    ...(question.protocol !== undefined && { protocol: question.protocol }),
  });
  if ('error' in asked) assert.fail(asked.error);
  const { outcomes, notSimulated } = asked.value;
  assert.deepEqual(
    notSimulated.map((note) => note.text),
    expectedNotes,
  );
  const unknowns = outcomes.flatMap((outcome) => outcome.assumptions.map((one) => one.text));
  assert.deepEqual(unknowns, [], 'the snapshot is complete: nothing is unknown');

  const observation = await observe(network, cluster, question, port);
  const judged = outcomes.map((outcome) => disagreements(cluster, outcome, observation));
  const closest = judged.sort((a, b) => a.length - b.length)[0] ?? ['the tracer gives no outcome'];
  if (closest.length > 0)
    assert.fail([`${question.from} → ${question.to}: the tracer and the kernel disagree`, ...closest].join('\n  '));
  return observation;
}
