import { describe, it } from 'node:test';
import { checkWhatIsCertain } from './lab/check';
import { Network } from './lab/network';
import { oneNode } from './networks/one-node';
import { randomNode } from './networks/random-node';

/** HOPLENS_SEEDS=FROM-TO tries others than these. */
const [from = 1, to = 12] = (process.env['HOPLENS_SEEDS'] ?? '').split('-').filter(Boolean).map(Number);

describe('nodes whose rules are drawn', { concurrency: 1 }, () => {
  for (let seed = from; seed <= to; seed++)
    it(`seed ${seed}`, async () => {
      const drawn = randomNode(seed);
      const network = await Network.build(oneNode(drawn));
      try {
        for (const question of drawn.questions) await checkWhatIsCertain(network, question);
      } finally {
        await network.close();
      }
    });
});
