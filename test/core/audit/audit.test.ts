import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type Audit, audit, auditInSteps } from '../../../src/core/audit/audit';
import { demoClusters } from '../../support/demo';
import { cluster, node } from '../../support/snapshots';

const verdict = ({ pairs }: Audit, from: string, service: string): string | undefined =>
  pairs.find((pair) => pair.from === from && pair.service === service)?.verdict;

suite('every service from every origin', () => {
  test("the founding document's second environment, as its author found it", async () => {
    const { second } = await demoClusters();
    const result = audit(second);
    // The worker cannot, its container and the master can.
    assert.equal(verdict(result, 'worker', 'default/g4'), 'no-reply');
    assert.equal(verdict(result, 'worker/alpine', 'default/g4'), 'connected');
    assert.equal(verdict(result, 'master', 'default/g4'), 'connected');
    // Whether a pod reaches itself by its service hangs on hairpin mode, which was not collected.
    assert.equal(verdict(result, 'master/default/g4', 'default/g4'), 'depends');
    const steps = [...auditInSteps(second)];
    assert.equal(steps.length, result.pairs.length);
    assert.deepEqual(steps.at(-1), { done: result.pairs.length, of: result.pairs.length });
  });

  test('failures stand under their cause, with the fix', async () => {
    const { causes, pairs } = audit((await demoClusters()).second);
    const strict = causes.find(({ title }) => title.includes('eth0 of worker, where strict rp_filter drops it'));
    assert.equal(strict?.node, 'worker');
    assert.match(strict.fix ?? '', /^Masquerade what leaves flannel0 on worker/);
    const origins = new Set(strict.pairs.map((at) => pairs[at]?.from));
    assert.deepEqual([...origins], ['worker']);
    // What surely fails comes before what may.
    assert.equal(causes[0], strict);
  });

  test('a cluster without services has nothing to audit', () => {
    assert.deepEqual(audit(cluster(node('worker', {}))).pairs, []);
  });
});
