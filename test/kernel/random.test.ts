import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { unlessByChance } from './lab/chance';
import { Coverage } from './coverage/coverage';
import type { Plan } from './lab/network';
import { tryNetwork } from './lab/trial';
import { randomNetwork } from './networks/random/network';

/*
 * npm run test:kernel -- --cases N --seed S: at least N packets, from networks that are drawn from seed S on. A network
 * in which tracer and kernel disagree is made small and printed; what was wrong becomes a case of its own in the test
 * it belongs to.
 */
const PACKETS = 6;
/** Networks at once: most of a packet's time is waiting for what does not come. */
const AT_ONCE = 6;
const asked = process.env['HOPLENS_CASES'];
const networks = Math.ceil(Number(asked ?? 180) / PACKETS);
const first = Number(process.env['HOPLENS_SEED'] ?? 1);
/** Packets in which everything is met that the tracer is to know. */
const LONG = 3000;
const coverage = new Coverage();
const linesOf = ({ spaces }: Plan): string[] =>
  Object.values(spaces).flatMap(({ rulesets = [] }) => rulesets.flatMap(({ lines }) => lines));

/** At once: a long series tells its failures again at its end. */
const tell =
  (seed: number) =>
  (error: unknown): never => {
    console.log(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`);
    throw error;
  };

describe('networks that are drawn', { concurrency: AT_ONCE }, () => {
  after(() => {
    if (asked === undefined) return;
    console.log(coverage.toString());
    if (networks * PACKETS >= LONG) assert.deepEqual(coverage.missing, [], 'what a long series meets');
  });
  for (let seed = first; seed < first + networks; seed++)
    it(`seed ${seed}`, async (test) => {
      const { plan, questions } = randomNetwork(seed, PACKETS);
      // In a series that is asked for, an accident counts, too.
      if (asked === undefined) await unlessByChance(test, async () => tryNetwork(plan, questions));
      else coverage.addNetwork(linesOf(plan), await tryNetwork(plan, questions).catch(tell(seed)));
    });
});
