import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { trace } from '../../../src/core/trace/trace';
import { Cluster } from '../../../src/core/snapshot/cluster';
import type { Outcome } from '../../../src/core/trace/result';
import { type Laboratory, flannelCluster } from '../../support/flannel-cluster';
import { cluster, node } from '../../support/snapshots';

/** From the master into the worker's pod subnet, with the worker's lease and without the worker. */
function withoutWorker(tunnel: Laboratory['tunnel']): Outcome {
  const whole = flannelCluster({ tunnel, worker: '0', master: '0' });
  const nodes = whole.nodes.filter(({ name }) => name === 'master');
  const result = trace(new Cluster({ ...whole, nodes }), { from: 'master', to: '10.1.12.5:80' });
  assert.ok('value' in result);
  const [outcome, ...others] = result.value.outcomes;
  assert.ok(outcome && others.length === 0);
  return outcome;
}

suite('what was not collected is not guessed', () => {
  for (const tunnel of ['tun', 'vxlan'] as const)
    test(`${tunnel}: a tunnel to a node that is not in the snapshot is followed to that node's address`, () => {
      const { verdict, request, findings } = withoutWorker(tunnel);
      assert.equal(verdict, 'undetermined');
      const carried = request.steps.find((step) => step.kind === 'tunnel');
      assert.match(carried?.effect ?? '', /→ 192\.168\.1\.12:/);
      assert.equal(request.end.node, 'master');
      assert.deepEqual(
        findings.map(({ code, severity }) => [code, severity]),
        [['not-collected', 'warning']],
      );
      assert.match(findings[0]?.message ?? '', /192\.168\.1\.12.*not collected/);
    });

  test('what is asked to be collected is of the family of the packet', () => {
    const addresses = '2: eth0: <UP,LOWER_UP> mtu 1500\n    inet6 fd00::12/64 scope global\n';
    const routes = 'fd00::/64 dev eth0 proto kernel\n';
    const reasons = [{ 'ip-addr': addresses }, { 'ip-addr': addresses, 'ip6-route': routes }].map((outputs) => {
      const result = trace(cluster(node('worker', outputs)), { from: 'worker', to: '[fd00::99]:80' });
      assert.ok('value' in result);
      return result.value.outcomes.map(({ request }) => request.reason).join('; ');
    });
    assert.match(reasons[0] ?? '', /collect ip -6 route/);
    assert.match(reasons[1] ?? '', /collect ip6tables-save/);
  });
});
