import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { formatAddress } from '../../../src/core/net/address';
import { NetworkNamespace } from '../../../src/core/snapshot/namespace';
import { ip } from '../../support/packets';
import { namespace, type Outputs } from '../../support/snapshots';

function host(outputs: Outputs): NetworkNamespace {
  return new NetworkNamespace('worker', namespace('host', 'host', outputs));
}

const ADDR = `1: lo: <LOOPBACK,UP> mtu 65536
    inet 127.0.0.1/8 scope host lo
2: eth0: <UP> mtu 1500
    inet 192.168.1.12/24 scope global eth0
3: veth1@if5: <UP> mtu 1450
`;

suite('what a namespace knows of itself', () => {
  test('what was not collected is not known, and not empty', () => {
    const bare = host({});
    assert.deepEqual(
      [
        bare.interfaces,
        bare.routes(4),
        bare.fib(4),
        bare.sysctls,
        bare.ipSets,
        bare.listeners,
        bare.neighbours,
        bare.fdb,
        bare.policyRules(4),
      ],
      Array(9).fill(undefined),
    );
    assert.equal(bare.netfilter(4).known, 'none');
  });

  test('neither is what failed and printed nothing; what printed in spite of it is', () => {
    const failed = host({
      'ip-route': { exitCode: 127, stderr: 'ip: not found' },
      ss: { exitCode: 1, stdout: 'tcp LISTEN 0 5 0.0.0.0:80 0.0.0.0:*\n' },
      'ip-rule': '',
    });
    assert.equal(failed.fib(4), undefined);
    assert.equal(failed.listeners?.length, 1);
    assert.deepEqual(failed.policyRules(4)?.rules, [], 'no rules at all, if ip rule printed none');
  });

  test('ip addr and ip -d link each know what the other does not', () => {
    const link =
      '3: veth1@if5: <BROADCAST,UP> mtu 1450 master docker0\n    link/ether 02:42:00:00:00:01\n    veth\n    bridge_slave state forwarding hairpin on guard off\n9: dummy0: <UP> mtu 1500\n    dummy\n';
    const both = host({ 'ip-addr': ADDR, 'ip-link': link });
    const veth = both.interface('veth1');
    assert.deepEqual(
      [veth?.master, veth?.hairpin, veth?.mac, veth?.peerIndex],
      ['docker0', true, '02:42:00:00:00:01', 5],
    );
    assert.equal(both.interface('eth0')?.addresses.length, 1);
    assert.equal(both.interface('dummy0')?.kind, 'dummy');
    assert.deepEqual(
      host({ 'ip-link': link }).interfaces?.map(({ name }) => name),
      ['veth1', 'dummy0'],
    );
  });

  test('the local table is made from the addresses where ip route shows the main one alone', () => {
    const small = host({ 'ip-addr': ADDR, 'ip-route': 'default via 192.168.1.1 dev eth0\n' });
    assert.equal(small.fib(4)?.localRoute(ip('192.168.1.12'))?.type, 'local');
    assert.equal(small.fib(4)?.localRoute(ip('127.9.9.9'))?.type, 'local');
    const full = host({
      'ip-addr': ADDR,
      'ip-route': 'default via 192.168.1.1 dev eth0\nlocal 10.9.9.9 dev lo table local\n',
    });
    assert.equal(full.fib(4)?.localRoute(ip('192.168.1.12')), undefined, 'what is printed is all there is');
  });

  test('policy rules decide, and without them the three of the kernel', () => {
    const routes = 'default dev eth0\ndefault dev tun0 table 100\n';
    const flow = { dst: ip('8.8.8.8'), src: undefined, iif: 'lo', mark: 0, tos: 0, proto: 6, sport: 1, dport: 2 };
    const device = (outputs: Outputs): string | undefined => {
      const found = host({ 'ip-route': routes, ...outputs })
        .fib(4)
        ?.lookup(flow);
      return found?.kind === 'route' ? found.hops[0]?.device : found?.kind;
    };
    assert.equal(device({}), 'eth0');
    assert.equal(device({ 'ip-rule': '0: from all lookup local\n5: from all lookup 100\n' }), 'tun0');
  });

  test('families are kept apart', () => {
    const dual = host({
      'ip-route': 'default dev eth0\n',
      'ip6-route': 'default via fe80::1 dev eth0\n',
      'ip6-rule': '0: from all lookup local\n32766: from all lookup main\n',
    });
    assert.equal(dual.fib(6)?.family, 6);
    assert.equal(dual.policyRules(6)?.rules.length, 2);
    assert.equal(dual.policyRules(4), undefined);
  });

  test('sets, neighbours, forwarding entries and sysctls are read when they are asked for', () => {
    const all = host({
      'ipset-save': 'create s hash:ip\nadd s 1.1.1.1\n',
      'ip-neigh': '10.1.63.0 dev flannel.1 lladdr 02:00:00:00:00:11 PERMANENT\n',
      'bridge-fdb': '02:00:00:00:00:11 dev flannel.1 dst 192.168.1.11 self permanent\n',
      sysctl: 'net.ipv4.ip_forward = 1\n',
    });
    assert.equal(all.ipSets?.get('s')?.members.length, 1);
    assert.equal(all.neighbours?.[0]?.mac, all.fdb?.[0]?.mac);
    assert.equal(all.sysctls?.get('net.ipv4.ip_forward')?.value, '1');
  });

  test('who holds an address, loopback included', () => {
    const known = host({ 'ip-addr': ADDR });
    assert.equal(known.holder(ip('192.168.1.12'))?.name, 'eth0');
    assert.equal(known.holder(ip('127.0.0.1'))?.name, 'lo');
    assert.equal(known.holder(ip('10.0.0.1')), undefined);
    assert.equal(formatAddress(ip('10.0.0.1')), '10.0.0.1');
  });
});
