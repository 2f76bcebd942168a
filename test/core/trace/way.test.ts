import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Cluster } from '../../../src/core/snapshot/cluster';
import type { Leg, Outcome, Verdict } from '../../../src/core/trace/result';
import { trace } from '../../../src/core/trace/trace';
import { type Lane, type Way, wayOf } from '../../../src/core/trace/way';
import { demoClusters } from '../../support/demo';

function outcome(cluster: Cluster, from: string, to: string, verdict: Verdict): Outcome {
  const traced = trace(cluster, { from, to });
  assert.ok('value' in traced);
  const found = traced.value.outcomes.find((one) => one.verdict === verdict);
  assert.ok(found);
  return found;
}

/** `worker: nat, flannel0 out, (eth0) out` for each column that a lane passes; outer packets in brackets. */
function inWords({ stacks }: Way, { stops }: Lane): string[] {
  return stops.flatMap((list, at) => {
    const stack = stacks[at];
    if (list.length === 0 || !stack) return [];
    const words = list.map((stop) => {
      if (stop.kind === 'nat') return 'nat';
      if (stop.kind === 'end') return stop.verdict;
      return `${stop.outer ? `(${stop.name})` : stop.name} ${stop.direction}`;
    });
    return [`${stack.namespace === 'host' ? stack.node : stack.namespace}: ${words.join(', ')}`];
  });
}

suite('the way of the packets, beside each other', () => {
  // The interfaces are those of the founding document's captures.
  test('the request goes through the tunnel, the reply beside it, and dies on eth0', async () => {
    const way = wayOf(outcome((await demoClusters()).second, 'worker', '10.0.0.103:80', 'no-reply'));
    assert.deepEqual(way.stacks, [
      { node: 'worker', namespace: 'host' },
      { node: 'master', namespace: 'host' },
      { node: 'master', namespace: 'default/g4' },
    ]);
    assert.deepEqual(
      way.lanes.map((lane) => [lane.leg, ...inWords(way, lane)]),
      [
        [
          'request',
          'worker: nat, flannel0 out, (eth0) out',
          'master: (eth0) in, flannel0 in, docker0 out',
          'default/g4: eth0 in, delivered',
        ],
        ['reply', 'worker: eth0 in, dropped', 'master: docker0 in, eth0 out', 'default/g4: eth0 out'],
      ],
    );
  });

  test('every stop leads to the step that it stands for', async () => {
    const { request, ...rest } = outcome((await demoClusters()).second, 'worker', '10.0.0.103:80', 'no-reply');
    const stepAt = (number: readonly number[]): Leg['steps'][number] | undefined =>
      number.reduce<readonly [Leg['steps'], Leg['steps'][number] | undefined]>(
        ([steps], at) => [steps[at]?.outer ?? [], steps[at]],
        [request.steps, undefined],
      )[1];
    const [lane] = wayOf({ request, ...rest }).lanes;
    const stops = lane?.stops.flat() ?? [];
    assert.ok(stops.some(({ step }) => step.length === 2));
    for (const stop of stops) {
      const step = stepAt(stop.step);
      if (stop.kind === 'interface') assert.deepEqual([step?.kind, step?.text], ['link', stop.name]);
      else if (stop.kind === 'nat') assert.match(step?.text ?? '', /-j DNAT/);
      else assert.equal(step?.kind, 'deliver');
    }
  });

  test('a packet that comes back to where it was sent from passes that stack twice', async () => {
    const { second } = await demoClusters();
    const traced = trace(second, { from: 'worker/alpine', to: '10.0.0.103:80' });
    assert.ok('value' in traced);
    const [first] = traced.value.outcomes;
    assert.ok(first);
    const back = { ...first.request, steps: [...first.request.steps, ...first.request.steps.slice(0, 1)] };
    const way = wayOf({ ...first, request: back, reply: null });
    assert.deepEqual(
      way.stacks.map(({ node, namespace }) => `${node} ${namespace}`),
      ['worker alpine', 'worker host', 'master host', 'master default/g4', 'worker alpine', 'master default/g4'],
    );
  });

  test('a request that is dropped has one lane', async () => {
    const way = wayOf(outcome((await demoClusters()).second, 'worker', '10.0.0.103:80', 'dropped'));
    assert.deepEqual(
      way.lanes.map((lane) => inWords(way, lane)),
      [['worker: nat, flannel0 out, (eth0) out', 'master: (eth0) in, flannel0 in, dropped']],
    );
  });
});
