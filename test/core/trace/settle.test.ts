import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { TraceResult } from '../../../src/core/trace/result';
import { type SettledFact, settle } from '../../../src/core/trace/settle';
import { trace } from '../../../src/core/trace/trace';
import { demoClusters } from '../../support/demo';

/** The worker's request to the service: three outcomes, by two settings that the document does not tell. */
async function traced(): Promise<TraceResult> {
  const result = trace((await demoClusters()).second, { from: 'worker', to: '10.0.0.103:80' });
  assert.ok('value' in result);
  return result.value;
}

const onWorker = (value: string): SettledFact => ({ node: 'worker', key: 'net.ipv4.conf.eth0.rp_filter', value });
const onMaster = (value: string): SettledFact => ({ node: 'master', key: 'net.ipv4.conf.flannel0.rp_filter', value });

suite('facts that somebody settles', () => {
  for (const [facts, verdicts] of [
    [[], ['dropped', 'no-reply', 'connected']],
    [[onWorker('1')], ['dropped', 'no-reply']],
    [[onWorker('0|2')], ['dropped', 'connected']],
    [[onMaster('1')], ['dropped']],
    [[onMaster('0|2'), onWorker('1')], ['no-reply']],
    [[onMaster('2'), onWorker('0')], ['connected']],
  ] as const)
    test(`${facts.map(({ node, value }) => `${node} ${value}`).join(', ') || 'none'}: ${verdicts.join(', ')}`, async () => {
      const { outcomes } = settle(await traced(), facts);
      assert.deepEqual(new Set(outcomes.map(({ verdict }) => verdict)), new Set(verdicts));
      const settled = facts.map(({ key }) => key);
      for (const { assumptions } of outcomes) assert.ok(assumptions.every(({ key }) => !settled.includes(key)));
    });

  test('the answer is that of what is left', async () => {
    const { answer } = settle(await traced(), [onMaster('0|2'), onWorker('0|2')]);
    assert.match(
      answer,
      /^worker → default\/g4 \(10\.0\.0\.103\) port 80\/tcp connects; request and reply take different ways\.$/,
    );
  });

  test('what several packets pass is evidence once', async () => {
    const { outcomes } = settle(await traced(), [onMaster('0|2'), onWorker('0|2')]);
    const [finding] = outcomes[0]?.findings ?? [];
    const lines = finding?.evidence.map((line) => JSON.stringify(line)) ?? [];
    assert.equal(finding?.code, 'asymmetric-return');
    assert.equal(lines.length, 2);
    assert.equal(new Set(lines).size, 2);
  });
});
