import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { formatAddress } from '../../../src/core/net/address';
import { formatPrefix } from '../../../src/core/net/prefix';
import { serviceTitle } from '../../../src/core/kubernetes/service';
import { Cluster } from '../../../src/core/snapshot/cluster';
import type { NodeRecord } from '../../../src/core/snapshot/format';
import { ip } from '../../support/packets';
import { cluster, node, type Outputs, snapshot } from '../../support/snapshots';

const WORKER_ADDR = `1: lo: <LOOPBACK,UP> mtu 65536
    inet 127.0.0.1/8 scope host lo
    inet 10.99.0.1/32 scope global lo
2: eth0: <UP> mtu 1500
    inet 192.168.1.12/24 scope global eth0
3: flannel0: <UP> mtu 1472
    inet 10.1.9.0/16 scope global flannel0
4: docker0: <UP> mtu 1472
    inet 10.1.9.1/24 scope global docker0
`;
const MASTER_ADDR = WORKER_ADDR.replaceAll('192.168.1.12', '192.168.199.238')
  .replaceAll('10.1.9.', '10.1.63.')
  .replace('10.99.0.1', '10.99.0.2');

function worker(more: Outputs = {}, pods: Readonly<Record<string, Outputs>> = {}): NodeRecord {
  return node('worker', { 'ip-addr': WORKER_ADDR, ...more }, pods);
}
function master(more: Outputs = {}): NodeRecord {
  return node('master', { 'ip-addr': MASTER_ADDR, ...more });
}

suite('who holds an address', () => {
  const all = cluster(
    worker({}, { 'default/g9': { 'ip-addr': '3: eth0@if9: <UP> mtu 1472\n    inet 10.1.9.7/24 scope global eth0\n' } }),
    master(),
  );

  test('is the interface that has it, in whichever namespace', () => {
    assert.deepEqual(
      all
        .holders(ip('10.1.9.7'))
        .map(({ node: where, namespace, device }) => [where.name, namespace.name, device.name]),
      [['worker', 'default/g9', 'eth0']],
    );
    assert.equal(all.holders(ip('192.168.199.238'))[0]?.node.name, 'master');
    assert.deepEqual(all.holders(ip('127.0.0.1')), [], 'everybody has that one');
    assert.deepEqual(all.holders(ip('8.8.8.8')), []);
  });

  test('on the underlay is neither a tunnel nor a bridge for containers', () => {
    assert.equal(all.underlayHolder(ip('192.168.1.12'))?.device.name, 'eth0');
    assert.equal(all.underlayHolder(ip('10.1.9.0')), undefined);
    assert.equal(all.underlayHolder(ip('10.1.9.1')), undefined);
    assert.equal(all.underlayHolder(ip('10.1.9.7')), undefined);
  });

  test('of a container is on its node; of an address in a node’s pod subnet, on that node', () => {
    assert.equal(all.nodeOf(ip('10.1.9.7'))?.name, 'worker');
    assert.equal(all.nodeOf(ip('10.1.63.200'))?.name, 'master');
    assert.equal(all.nodeOf(ip('8.8.8.8')), undefined);
  });
});

suite('who owns a pod subnet', () => {
  function owner(all: Cluster, address: string): string | undefined {
    const found = all.subnetOwner(ip(address));
    return found && `${found.node.name} ${formatPrefix(found.subnet)} by ${found.by}`;
  }

  test("is told by flannel's lease before all else", () => {
    const leases = readFileSync('test/fixtures/etcd/v2-keys-json.txt', 'utf8');
    const swapped = leases
      .replace('10.1.63.0-24', 'x')
      .replace('10.1.9.0-24', '10.1.63.0-24')
      .replace('x', '10.1.9.0-24');
    assert.equal(
      owner(cluster(worker(), master({ 'etcd-flannel': leases })), '10.1.63.3'),
      'master 10.1.63.0/24 by lease',
    );
    // Even where a bridge says otherwise: the overlay does what etcd says.
    assert.equal(
      owner(cluster(worker(), master({ 'etcd-flannel': swapped })), '10.1.63.3'),
      'worker 10.1.63.0/24 by lease',
    );
  });

  test('a lease of a node that is not in the snapshot tells nothing', () => {
    const lease = '/coreos.com/network/subnets/10.1.63.0-24\n{"PublicIP":"192.168.77.77"}\n';
    assert.equal(
      owner(cluster(worker(), master({ 'etcd-flannel': lease })), '10.1.63.3'),
      'master 10.1.63.0/24 by bridge',
    );
  });

  test('then by podCIDR, by subnet.env, by the bridge, by the pod itself', () => {
    const nodes = JSON.stringify({
      kind: 'NodeList',
      items: [{ metadata: { name: 'worker' }, spec: { podCIDR: '10.7.0.0/24' } }],
    });
    const all = cluster(
      worker(
        { 'kubectl-nodes': nodes, 'flannel-subnet-env': 'FLANNEL_SUBNET=10.8.0.1/24\n' },
        { 'default/x': { 'ip-addr': '3: eth0@if9: <UP> mtu 1\n    inet 10.6.0.7/32 scope global eth0\n' } },
      ),
      master(),
    );
    assert.equal(owner(all, '10.7.0.9'), 'worker 10.7.0.0/24 by podCIDR');
    assert.equal(owner(all, '10.8.0.9'), 'worker 10.8.0.0/24 by subnet.env');
    assert.equal(owner(all, '10.1.63.9'), 'master 10.1.63.0/24 by bridge');
    assert.equal(owner(all, '10.6.0.7'), 'worker 10.6.0.7/32 by bridge');
    assert.equal(owner(all, '10.6.0.8'), undefined);
    assert.equal(owner(all, '192.168.1.12'), undefined, "a node's own address is in no pod subnet");
  });
});

suite('the services of a cluster', () => {
  const rules = readFileSync('test/fixtures/kube-proxy/1.4.txt', 'utf8');
  const all = cluster(
    worker({ 'iptables-save': rules }),
    master({
      'iptables-legacy-save': rules,
      'kubectl-services': 'NAME CLUSTER-IP EXTERNAL-IP PORT(S) AGE\nlate 10.0.0.77 <none> 80/TCP 1d\n',
    }),
  );

  test('come from the rules of all nodes and from the registry', () => {
    assert.deepEqual(all.services.map(serviceTitle), [
      'default/empty',
      'default/late',
      'default/sticky',
      'default/web',
      'kube-system/dns',
    ]);
    const evidence = all.services[3]?.ports[0]?.evidence.map(({ node: where, output }) => `${where} ${output}`);
    assert.deepEqual(new Set(evidence), new Set(['worker iptables-save', 'master iptables-legacy-save']));
  });

  test('are found by address, and by the address of an endpoint', () => {
    const title = (address: string): string | undefined => {
      const found = all.serviceAt(ip(address));
      return found && serviceTitle(found);
    };
    assert.equal(title('10.0.0.20'), 'default/web');
    assert.equal(title('192.0.2.9'), 'default/web', 'an external IP');
    assert.equal(title('10.0.0.77'), 'default/late');
    assert.equal(title('10.1.63.3'), undefined);
    const endpoint = all.endpointAt(ip('10.1.9.2'));
    assert.equal(
      endpoint && `${serviceTitle(endpoint.service)} ${endpoint.port.name} ${formatAddress(endpoint.endpoint.address)}`,
      'kube-system/dns dns 10.1.9.2',
    );
    assert.equal(all.endpointAt(ip('10.0.0.20')), undefined);
  });

  test('addresses of pods and services are inner ones, those of machines are not', () => {
    assert.deepEqual(
      ['10.0.0.20', '10.1.9.55', '192.168.1.12', '8.8.8.8'].map((address) => all.isInner(ip(address))),
      [true, true, false, false],
    );
    const overlay = cluster(worker({ 'etcd-flannel': '{"Network":"10.200.0.0/16"}' }));
    assert.equal(overlay.isInner(ip('10.200.9.9')), true);
  });
});

suite('what the author of a snapshot expects', () => {
  test('is where services run; anything else is passed over', () => {
    const expectations = [{ service: 'default/g3', node: 'worker' }, { service: 5 }, 'x', null];
    assert.deepEqual(new Cluster({ ...snapshot(), expectations } as never).expectations, [
      { service: 'default/g3', node: 'worker' },
    ]);
    assert.deepEqual(new Cluster({ ...snapshot(), expectations: 'x' } as never).expectations, []);
    assert.deepEqual(cluster().expectations, []);
  });
});
