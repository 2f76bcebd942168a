import assert from 'node:assert/strict';
import type { Cluster } from '../../../src/core/snapshot/cluster';
import type { Leg, TraceResult } from '../../../src/core/trace/result';
import { trace } from '../../../src/core/trace/trace';
import { collect } from './collect';
import { disagreements } from './compare';
import { LEGS } from './flow';
import type { Network } from './network';
import { freshPort, type Observation, observe, type Question } from './observe';

/** Whether a packet has left what the snapshot shows. */
function isLeft(leg: Leg | null): boolean {
  return leg?.verdict === 'undetermined' || leg?.reason?.includes('outside') === true;
}

/** Everything in this result follows from the snapshot: nothing was taken for granted that may not be so. */
function isCertain({ outcomes, assumed }: TraceResult): boolean {
  const guesses = ['on-link-owner', 'underlay'];
  return (
    outcomes.every(
      ({ assumptions, ...legs }) => assumptions.length === 0 && !LEGS.some((name) => isLeft(legs[name])),
    ) && !assumed.some((one) => guesses.includes(one.code))
  );
}

/** As `check`, but nothing is sent where the tracer says that it cannot know. */
export async function checkWhatIsCertain(network: Network, question: Question): Promise<void> {
  const cluster = await collect(network);
  const port = freshPort();
  const result = predict(cluster, question, port);
  if (isCertain(result)) await compareWithKernel(network, cluster, question, port, result);
}

/** The test of the tracer: takes a snapshot by itself. See `checkCluster`. */
export async function check(
  network: Network,
  question: Question,
  expectedNotes: readonly string[] = [],
): Promise<Observation> {
  return checkCluster(network, await collect(network), question, expectedNotes);
}

/**
 * Asks the tracer what becomes of a packet in a network whose state is `cluster`, really sends it, and compares
 * everything. Where the tracer gives several outcomes, the kernel's must be one of them. `expectedNotes`: what the
 * tracer has to say that it does not simulate.
 */
export async function checkCluster(
  network: Network,
  cluster: Cluster,
  question: Question,
  expectedNotes: readonly string[] = [],
): Promise<Observation> {
  const port = freshPort();
  const result = predict(cluster, question, port);
  assert.deepEqual(
    result.notSimulated.map((note) => note.text),
    expectedNotes,
  );
  const unknowns = result.outcomes.flatMap((outcome) => outcome.assumptions.map((one) => one.text));
  assert.deepEqual(unknowns, [], 'the snapshot is complete: nothing is unknown');
  return compareWithKernel(network, cluster, question, port, result);
}

function predict(cluster: Cluster, { from, to, protocol }: Question, sourcePort: number): TraceResult {
  const asked = trace(cluster, { from, to, sourcePort, ...(protocol !== undefined && { protocol }) });
  if ('error' in asked) assert.fail(asked.error);
  return asked.value;
}

async function compareWithKernel(
  network: Network,
  cluster: Cluster,
  question: Question,
  port: number,
  { outcomes }: TraceResult,
): Promise<Observation> {
  const observation = await observe(network, cluster, question, port);
  const judged = outcomes
    .map((outcome) => ({ outcome, found: disagreements(cluster, outcome, observation) }))
    .sort((a, b) => a.found.length - b.found.length);
  const closest = judged[0] ?? assert.fail('the tracer gives no outcome');
  if (closest.found.length > 0)
    assert.fail(
      [
        `${question.from} → ${question.to}: the tracer and the kernel disagree`,
        `the tracer: ${closest.outcome.verdict}, ${closest.outcome.findings.map((one) => one.message).join(' ')}`,
        ...closest.found,
      ].join('\n  '),
    );
  return observation;
}
