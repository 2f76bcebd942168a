import assert from 'node:assert/strict';
import type { Cluster } from '../../../src/core/snapshot/cluster';
import type { Outcome, TraceResult } from '../../../src/core/trace/result';
import { ENDLESS } from '../../../src/core/trace/simulator/journey';
import { collect } from './collect';
import { disagreements } from './compare';
import { LEGS } from './flow';
import type { Network } from './network';
import { freshPort, type Observation, observe, type Question } from './observe';
import { everyRun, predict } from './predict';

/** What the tracer takes for granted of what the snapshot does not show, and what may be otherwise. */
const GUESSES = ['on-link-owner', 'underlay'];

/** A packet that was sent, and the outcome of the tracer that is what happened. */
export interface Agreement {
  readonly observation: Observation;
  readonly outcome: Outcome;
  /** How much the tracer knew: exactly one outcome, several by chance, or several by what the snapshot cannot show. */
  readonly known: 'all' | 'chances' | 'some';
}

/** The machine had so little time that what was seen may be of more than one attempt of TCP's, or less than there was. */
export class Late extends assert.AssertionError {
  constructor(disagreement: string) {
    super({ message: `${disagreement}\n  It may not have been watched in time.` });
  }
}

/**
 * As `check`, for questions that may lead out of what the snapshot shows, or meet what no snapshot holds. The kernel's
 * outcome has to be among the tracer's all the same. Undefined where the tracer says that it cannot know.
 */
export async function checkWhatIsKnown(
  network: Network,
  cluster: Cluster,
  question: Question,
): Promise<Agreement | undefined> {
  const port = freshPort();
  const result = predict(cluster, question, port);
  if (isBeyond(result) || drawsEachTime(result)) return undefined;
  return compareWithKernel(network, cluster, question, port, result);
}

function isBeyond({ outcomes, assumed }: TraceResult): boolean {
  const leaves = (outcome: Outcome): boolean =>
    outcome.verdict === 'undetermined' ||
    LEGS.some((name) => {
      const leg = outcome[name];
      // What goes round without end takes the machine's time until the network is taken down.
      const endless = leg?.reason === ENDLESS;
      return leg?.verdict === 'undetermined' || endless || leg?.reason?.includes('outside') === true;
    });
  return outcomes.some(leaves) || assumed.some((one) => GUESSES.includes(one.code));
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
  assert.deepEqual(unknowns, question.unknowns ?? [], 'the snapshot is complete: nothing else is unknown');
  const agreement = await compareWithKernel(network, cluster, question, port, result);
  return agreement?.observation ?? assert.fail('too much can happen to compare it');
}

/** Whether ports are drawn again and again, for a packet that goes round. */
function drawsEachTime({ assumed, outcomes }: TraceResult): boolean {
  const loops = (outcome: Outcome): boolean => LEGS.some((name) => outcome[name]?.verdict === 'loop');
  return draws(assumed) && outcomes.some(loops);
}

function draws(assumed: TraceResult['assumed']): boolean {
  return assumed.some(({ code }) => code === 'random-port' || code === 'port-drawn');
}

async function compareWithKernel(
  network: Network,
  cluster: Cluster,
  question: Question,
  port: number,
  { outcomes, assumed }: TraceResult,
): Promise<Agreement | undefined> {
  const drawn = draws(assumed);
  const observation = await observe(network, cluster, question, port, drawn);
  /** The first that is what happened, or the one that comes closest. */
  const judge = (
    candidates: readonly Outcome[],
    others?: readonly Outcome[],
  ): { outcome: Outcome; found: string[] } => {
    let closest: { outcome: Outcome; found: string[] } | undefined;
    for (const outcome of candidates) {
      const found = disagreements(cluster, outcome, observation, drawn, others);
      if (closest === undefined || found.length < closest.found.length) closest = { outcome, found };
      if (found.length === 0) break;
    }
    return closest ?? assert.fail('the tracer gives no outcome');
  };
  let closest = judge(outcomes);
  if (closest.found.length > 0 && !observation.late) {
    // Outcomes that differ in no more than the rules they met are told as one.
    const told = new Set(outcomes.map(({ verdict }) => verdict));
    const all = everyRun(cluster, question, port);
    if (!all && told.has(observation.verdict)) return undefined;
    closest = judge(
      (all ?? outcomes).filter(({ verdict }) => told.has(verdict)),
      all,
    );
  }
  if (closest.found.length > 0) {
    const disagreement = [
      `${question.from} → ${question.to}: the tracer and the kernel disagree`,
      `the tracer: ${closest.outcome.verdict}, ${closest.outcome.findings.map((one) => one.message).join(' ')}`,
      `the client: ${JSON.stringify(observation.client)}`,
      ...closest.found,
    ].join('\n  ');
    if (observation.late || observation.silent) throw new Late(disagreement);
    assert.fail(disagreement);
  }
  const known = outcomes.length === 1 ? 'all' : outcomes.some((one) => one.assumptions.length > 0) ? 'some' : 'chances';
  return { observation, outcome: closest.outcome, known };
}
