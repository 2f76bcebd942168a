import { AssertionError } from 'node:assert';
import { type Agreement, checkWhatIsKnown, Late } from './check';
import type { Cluster } from '../../../src/core/snapshot/cluster';
import { clusterOf, collectOutputs, refresh } from './collect';
import { Network, type Plan } from './network';
import type { Question } from './observe';
import { scriptOf } from './script';
import { shrink } from './shrink';

/** How often a packet is sent anew where the machine had no time to watch it. */
const PATIENCE = 10;

/** A packet that was sent: what it showed, or undefined where the tracer says that it cannot know. */
export interface Tried {
  readonly question: Question;
  readonly agreement: Agreement | undefined;
  /** What the tracer was asked of. */
  readonly cluster: Cluster;
}

/**
 * Builds a network, asks the tracer each question, sends each packet and compares. Where they disagree, it fails with
 * the smallest network that shows it, as a script to build it by hand.
 */
export async function tryNetwork(plan: Plan, questions: readonly Question[]): Promise<Tried[]> {
  const tried: Tried[] = [];
  const network = await Network.build(plan);
  try {
    let collected = await collectOutputs(network);
    for (const question of questions) {
      const ask = async (patience: number): Promise<Tried> => {
        collected = await refresh(network, collected);
        const cluster = clusterOf(network, collected);
        try {
          return { question, cluster, agreement: await checkWhatIsKnown(network, cluster, question) };
        } catch (error) {
          if (!(error instanceof Late) || patience === 0) throw error;
          return ask(patience - 1);
        }
      };
      try {
        tried.push(await ask(PATIENCE));
      } catch (error) {
        if (!(error instanceof AssertionError)) throw error;
        throw new Error(await describe(plan, question, error.message), { cause: error });
      }
    }
  } finally {
    await network.close();
  }
  return tried;
}

async function describe(plan: Plan, question: Question, message: string): Promise<string> {
  if (process.env['HOPLENS_SHRINK'] === '0') return message;
  const fails = async (smaller: Plan): Promise<string | undefined> => {
    const network = await Network.build(smaller).catch(() => undefined);
    if (!network) return undefined;
    try {
      await checkWhatIsKnown(network, clusterOf(network, await collectOutputs(network)), question);
      return undefined;
    } catch (error) {
      return error instanceof AssertionError ? error.message : undefined;
    } finally {
      await network.close();
    }
  };
  if ((await fails(plan)) === undefined) return `${message}\nIt is so only by chance, or after the packets before it.`;
  const smallest = await shrink(plan, async (smaller) => (await fails(smaller)) !== undefined);
  return [
    message,
    'The smallest network that shows it:',
    (await fails(smallest)) ?? '',
    scriptOf(smallest, question),
  ].join('\n');
}
