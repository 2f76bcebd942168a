import { describe, it } from 'node:test';
import { checkWhatIsCertain } from './lab/check';
import { Network, type Plan } from './lab/network';
import type { Question } from './lab/observe';
import { oneNode } from './networks/one-node';
import { randomCluster } from './networks/random-cluster';
import { randomNode } from './networks/random-node';

/** HOPLENS_SEEDS=FROM-TO tries others than these. */
const [from = 1, to = 10] = (process.env['HOPLENS_SEEDS'] ?? '').split('-').filter(Boolean).map(Number);

function testSeeds(title: string, draw: (seed: number) => { plan: Plan; questions: readonly Question[] }): void {
  describe(title, { concurrency: 1 }, () => {
    for (let seed = from; seed <= to; seed++)
      it(`seed ${seed}`, async () => {
        const { plan, questions } = draw(seed);
        const network = await Network.build(plan);
        try {
          for (const question of questions) await checkWhatIsCertain(network, question);
        } finally {
          await network.close();
        }
      });
  });
}

testSeeds('nodes whose rules are drawn', (seed) => {
  const node = randomNode(seed);
  return { plan: oneNode(node), questions: node.questions };
});
testSeeds('clusters whose rules are drawn', randomCluster);
