import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Cluster } from '../../../../src/core/snapshot/cluster';
import { compareTraces } from '../../../../src/core/trace/compare/compare';
import type { Comparison } from '../../../../src/core/trace/compare/comparison';
import type { Change, TraceResult } from '../../../../src/core/trace/result';
import { trace, traceWith } from '../../../../src/core/trace/trace';
import { demoClusters } from '../../../support/demo';

const CURE: Change = { kind: 'iptables-rule', node: 'worker', rule: '-t nat -A POSTROUTING -o flannel0 -j MASQUERADE' };

function traced(cluster: Cluster, from: string, to: string, changes: readonly Change[] = []): TraceResult {
  const result = changes.length > 0 ? traceWith(cluster, { from, to }, changes) : trace(cluster, { from, to });
  assert.ok('value' in result);
  return result.value;
}

function compared(here: TraceResult, there: TraceResult): Comparison {
  const comparison = compareTraces(here, there);
  assert.ok(comparison);
  return comparison;
}

suite('two traces compared', () => {
  test('before and after the cure: the rule is the first step that differs, and the reply goes another way', async () => {
    const { second } = await demoClusters();
    const after = traced(second, 'worker', '10.0.0.103:80', [CURE]);
    const comparison = compared(after, traced(second, 'worker', '10.0.0.103:80'));
    assert.deepEqual(comparison.verdicts, { here: 'connected', there: 'no-reply' });
    const { first } = comparison;
    assert.equal(first?.kind, 'only-here');
    assert.equal(first.leg, 'request');
    assert.equal(first.here?.step.text, '-A POSTROUTING -o flannel0 -j MASQUERADE');
    assert.deepEqual(comparison.otherWays, ['reply']);
    assert.match(
      comparison.answer,
      /^There it gets no reply \(rp_filter of eth0 .*\); here it connects\. The first step that differs: only here, the request on worker, POSTROUTING nat: -A POSTROUTING -o flannel0 -j MASQUERADE .*\. The reply goes another way\.$/,
    );
  });

  test('the other way round the rule is only there', async () => {
    const { second } = await demoClusters();
    const before = traced(second, 'worker', '10.0.0.103:80');
    const comparison = compared(before, traced(second, 'worker', '10.0.0.103:80', [CURE]));
    assert.equal(comparison.first?.kind, 'only-there');
    assert.match(comparison.answer, /only there, the request on worker/);
  });

  test('a trace does not differ from itself', async () => {
    const { second } = await demoClusters();
    const one = traced(second, 'worker', '10.0.0.103:80');
    const comparison = compared(one, one);
    assert.equal(comparison.first, undefined);
    assert.ok(comparison.steps.length > 20);
    assert.deepEqual(comparison.otherWays, []);
    assert.equal(comparison.answer, 'No step differs: both end alike, no-reply.');
  });

  test('of two nodes the first difference is no name or address of theirs, but where their ways part', async () => {
    const { second } = await demoClusters();
    const worker = traced(second, 'worker', '10.0.0.103:80');
    const master = traced(second, 'master', '10.0.0.103:80');
    const { first, verdicts, otherWays } = compared(master, worker);
    assert.deepEqual(verdicts, { here: 'connected', there: 'no-reply' });
    // Both have kube-proxy's rules; after DNAT the pod is behind docker0 of the master, and behind flannel0 of the worker.
    assert.equal(first?.leg, 'request');
    assert.deepEqual([first.kind, first.here?.step.kind], ['differs', 'route']);
    assert.match(first.here?.step.effect ?? '', /docker0/);
    assert.match(first.there?.step.effect ?? '', /flannel0/);
    assert.deepEqual(otherWays, ['request', 'reply']);
  });
});
