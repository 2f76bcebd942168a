import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Cluster } from '../../../src/core/snapshot/cluster';
import { isObject } from '../../../src/core/text/json';
import { trace } from '../../../src/core/trace/trace';
import { assertSourcesStandThere, assertTraceContract } from '../../support/contract';
import { demoClusters } from '../../support/demo';
import { flannelCluster } from '../../support/flannel-cluster';

const { first, second } = await demoClusters();
const laboratory = new Cluster(flannelCluster({ tunnel: 'vxlan', worker: '2', master: '2' }));

/** What programs would read of a trace. */
function told(cluster: Cluster, from: string, to: string, protocol = 'tcp'): unknown {
  const result = trace(cluster, { from, to, protocol });
  assert.ok('value' in result, `${from} → ${to}`);
  return JSON.parse(JSON.stringify(result.value));
}

suite('the contract of a trace with programs', () => {
  const questions: readonly (readonly [Cluster, string, string, string?])[] = [
    [laboratory, 'worker', 'master:22'],
    [laboratory, 'pod:default/g4', '10.0.0.103:80'],
    [laboratory, 'master/default/g4', 'worker:22'],
    [laboratory, '192.168.1.12', 'pod:default/g4:80'],
    [laboratory, '192.168.1.12', 'pod:default/g4', 'icmp'],
    [laboratory, 'worker', 'pod:default/g4:53', 'udp'],
    [laboratory, 'outside:203.0.113.9@master:eth0', '192.168.1.11:80'],
    [laboratory, 'worker', '8.8.8.8:443'],
    [laboratory, 'worker', '10.1.200.1:80'],
    [laboratory, 'worker', 'worker:80'],
    [second, 'worker', '10.0.0.103:80'],
    [second, 'worker/alpine', 'g4.default.svc.cluster.local:80'],
    [second, 'master/default/g5', '10.0.0.2:80'],
    [first, 'worker', 'svc:default/g3'],
    [first, 'master/default/g2', 'svc:kube-system/kube-dns:53', 'udp'],
  ];

  for (const [cluster, from, to, protocol] of questions)
    test(`${cluster.name}: ${from} → ${to}${protocol === undefined ? '' : ` ${protocol}`}`, () => {
      const value = told(cluster, from, to, protocol);
      assertTraceContract(value);
      assert.ok(isObject(value));
      // In a listing, a rule is told in the words of iptables-save, and its line is another.
      if (cluster === laboratory) assertSourcesStandThere(value, cluster.snapshot);
    });
});
