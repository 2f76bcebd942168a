import { after, describe, it } from 'node:test';
import { Coverage } from './lab/coverage';
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
const coverage = new Coverage();

describe('networks that are drawn', { concurrency: AT_ONCE }, () => {
  after(() => {
    if (asked !== undefined) console.log(coverage.toString());
  });
  for (let seed = first; seed < first + networks; seed++)
    it(`seed ${seed}`, async () => {
      const { plan, questions } = randomNetwork(seed, PACKETS);
      for (const tried of await tryNetwork(plan, questions)) coverage.add(tried);
    });
});
