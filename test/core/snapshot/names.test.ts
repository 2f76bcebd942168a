import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { clusterNames, nameAddress, PLAIN_NAMES } from '../../../src/core/snapshot/names';
import { ip } from '../../support/packets';
import { cluster, node } from '../../support/snapshots';

const POD = { kind: 'Pod', metadata: { name: 'p9', namespace: 'default' }, status: { podIP: '10.1.63.9' } };
const FAR = {
  kind: 'Node',
  metadata: { name: 'far' },
  status: { addresses: [{ type: 'InternalIP', address: '192.168.5.5' }] },
};

const all = cluster(
  node(
    'master',
    {
      'ip-addr': `2: eth0: <UP> mtu 1500
    inet 192.168.199.238/24 scope global eth0
3: flannel0: <UP> mtu 1472
    inet 10.1.63.0/16 scope global flannel0
4: docker0: <UP> mtu 1472
    inet 10.1.63.1/24 scope global docker0
`,
      'etcd-flannel': '{"Network":"10.1.0.0/16"}',
      'kubectl-all': JSON.stringify({ kind: 'List', items: [POD, FAR] }),
      'iptables-save': `*nat
:KUBE-SERVICES - [0:0]
:KUBE-SVC-A - [0:0]
:KUBE-SVC-B - [0:0]
:KUBE-SEP-A - [0:0]
-A KUBE-SERVICES -d 10.0.0.103/32 -p tcp -m comment --comment "default/g4: cluster IP" -m tcp --dport 80 -j KUBE-SVC-A
-A KUBE-SERVICES -d 10.0.0.7/32 -p tcp -m tcp --dport 80 -j KUBE-SVC-B
-A KUBE-SVC-A -j KUBE-SEP-A
-A KUBE-SEP-A -p tcp -m tcp -j DNAT --to-destination 10.1.63.8:80
COMMIT
`,
    },
    { 'default/g4': { 'ip-addr': '3: eth0@if9: <UP> mtu 1472\n    inet 10.1.63.3/24 scope global eth0\n' } },
  ),
);

function named(address: string): string | undefined {
  const name = nameAddress(all, ip(address));
  return name && `${name.layer}: ${name.words}`;
}

suite('the three layers of addresses', () => {
  test('services', () => {
    assert.equal(named('10.0.0.103'), 'service: service default/g4');
    assert.equal(named('10.0.0.7'), 'service: service 10.0.0.7', 'one that nobody names');
  });

  test('containers: collected, known to the registry, an endpoint, or by their subnet alone', () => {
    assert.equal(named('10.1.63.3'), 'container: pod default/g4 on master');
    assert.equal(named('10.1.63.9'), 'container: pod default/p9 on master');
    assert.equal(named('10.1.63.8'), 'container: container of default/g4 on master');
    assert.equal(named('10.1.63.77'), 'container: container address on master');
    assert.equal(named('10.1.200.1'), 'container: container address of the overlay');
    assert.equal(named('10.1.63.1'), 'container: master (docker0)');
  });

  test('nodes, and their tunnels', () => {
    assert.equal(named('192.168.199.238'), 'node: node master (eth0)');
    assert.equal(named('10.1.63.0'), 'overlay: master (flannel0)');
    assert.equal(named('192.168.5.5'), 'node: node far', 'one that was not collected');
  });

  test('whatever is outside has no name', () => {
    assert.equal(named('8.8.8.8'), undefined);
    assert.equal(named('192.168.199.1'), undefined);
  });

  test('stand behind the address in words', () => {
    assert.equal(clusterNames(all).address(ip('10.0.0.103')), '10.0.0.103 (service default/g4)');
    assert.equal(clusterNames(all).address(ip('8.8.8.8')), '8.8.8.8');
    assert.equal(PLAIN_NAMES.address(ip('10.0.0.103')), '10.0.0.103');
  });
});
