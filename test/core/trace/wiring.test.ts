import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { trace } from '../../../src/core/trace/trace';
import { cluster, node } from '../../support/snapshots';

/*
 * Who is at the other end of a cable, where the outputs do not name both ends: a host's old ifconfig beside a pod's
 * `eth0@if6`, an ip addr of the host that was cut down to what seemed to matter.
 */

const LOOPBACK = '1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536\n    inet 127.0.0.1/8 scope host lo\n';
const UPLINK = '2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500\n    inet 192.168.1.12/24 scope global eth0\n';
const BRIDGE = '4: docker0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500\n    inet 10.1.12.1/24 scope global docker0\n';

/** A pod whose eth0 says `@if6`, or nothing. */
function pod(address: string, peer: string): Record<string, string> {
  return {
    'ip-addr': `${LOOPBACK}5: eth0${peer}: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500\n    inet ${address} scope global eth0\n`,
    'ip-route': 'default via 10.1.12.1 dev eth0\n10.1.12.0/24 dev eth0 scope link\n',
  };
}

const ADDRESSES: Readonly<Record<string, string>> = { 'default/a': '10.1.12.5/24', 'default/b': '10.1.12.6/24' };

/** Where the request ends, as `node/namespace verdict`. */
function end(
  host: Record<string, string>,
  from: string,
  to: string,
  peer: string,
  names = Object.keys(ADDRESSES),
): string {
  const routes = 'default via 192.168.1.1 dev eth0\n192.168.1.0/24 dev eth0 scope link\n';
  const outputs = { 'iptables-save': '', ...host, 'ip-route': `${routes}${host['ip-route'] ?? ''}` };
  const pods = Object.fromEntries(names.map((name) => [name, pod(ADDRESSES[name] ?? '', peer)]));
  const result = trace(cluster(node('worker', outputs, pods)), { from, to });
  assert.ok('value' in result);
  const [outcome, ...others] = result.value.outcomes;
  assert.ok(outcome && others.length === 0, JSON.stringify(result.value.outcomes));
  const { request, verdict } = outcome;
  return `${request.end.node ?? ''}/${request.end.namespace ?? ''} ${verdict}`;
}

const ON_BRIDGE = {
  'ip-addr': `${LOOPBACK}${UPLINK}${BRIDGE}`,
  'ip-route': '10.1.12.0/24 dev docker0 scope link\n',
  sysctl: 'net.ipv4.ip_forward = 1\nnet.bridge.bridge-nf-call-iptables = 0\n',
};

suite('the other end of a cable', () => {
  for (const peer of ['', '@if6']) {
    test(`a pod with eth0${peer} on a bridge whose ports are not shown is found by its address`, () => {
      assert.equal(end(ON_BRIDGE, 'worker', '10.1.12.5:80', peer), 'worker/default/a connected');
      assert.equal(end(ON_BRIDGE, 'worker/default/a', '10.1.12.6:80', peer), 'worker/default/b connected');
      assert.equal(end(ON_BRIDGE, 'worker/default/a', '192.168.1.12:80', peer), 'worker/host connected');
    });

    test(`a pod with eth0${peer} behind an interface of its own is found by the route to it`, () => {
      const routed = {
        'ip-addr': `${LOOPBACK}${UPLINK}7: cali1: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500\n8: cali2: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500\n`,
        'ip-route': '10.1.12.5 dev cali1 scope link\n10.1.12.6 dev cali2 scope link\n',
        sysctl: 'net.ipv4.ip_forward = 1\n',
      };
      assert.equal(end(routed, 'worker', '10.1.12.5:80', peer), 'worker/default/a connected');
    });
  }

  test('a port that is shown and belongs to no bridge does not lead there from one: a reply is lost too', () => {
    const port =
      '6: veth1@if5: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500\n    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff link-netnsid 0\n';
    const detached = {
      ...ON_BRIDGE,
      'ip-addr': `${ON_BRIDGE['ip-addr']}${port}`,
      sysctl: `${ON_BRIDGE.sysctl}net.ipv4.conf.all.rp_filter = 0\n`,
    };
    assert.equal(end(detached, 'worker', '10.1.12.5:80', '@if6', ['default/a']), 'worker/host unroutable');
    assert.equal(end(detached, 'worker/default/a', '192.168.1.12:80', '@if6', ['default/a']), 'worker/host no-reply');
  });
});
