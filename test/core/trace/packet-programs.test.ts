import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { notSimulated } from '../../../src/core/trace/not-simulated';
import { cluster, node } from '../../support/snapshots';

const ADDRESSES = `2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc mq state UP group default qlen 1000
    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff
    inet 192.168.1.11/24 scope global eth0
`;

function said(outputs: Record<string, string>): string[] {
  return notSimulated(cluster(node('worker', { 'ip-addr': ADDRESSES, ...outputs }))).map(({ text }) => text);
}

suite('programs beside the rules', () => {
  test('an XDP program, as both forms of ip link show it, is said', () => {
    const text =
      ADDRESSES.replace('mtu 1500', 'mtu 1500 xdpgeneric') + '    prog/xdp id 12 tag 3b185187f1855c4c jited\n';
    const json = JSON.stringify([{ ifindex: 2, ifname: 'eth0', flags: ['UP'], xdp: { mode: 2, prog: { id: 12 } } }]);
    for (const form of [text, json]) {
      const [only, ...others] = said({ 'ip-link': form });
      assert.match(only ?? '', /^XDP programs on eth0 of worker /);
      assert.deepEqual(others, []);
    }
  });

  test('what tc may have attached is said by interface, and other disciplines are not', () => {
    const text = `qdisc noqueue 0: dev lo root refcnt 2
qdisc clsact ffff: dev eth0 parent ffff:fff1
qdisc ingress ffff: dev eth1 parent ffff:fff1 ----------------
qdisc fq_codel 0: dev eth2 root refcnt 2 limit 10240p
`;
    const json = JSON.stringify([
      { kind: 'noqueue', handle: '0:', dev: 'lo', root: true, options: {} },
      { kind: 'clsact', handle: 'ffff:', dev: 'eth0', parent: 'ffff:fff1', options: {} },
      { kind: 'ingress', handle: 'ffff:', dev: 'eth1', parent: 'ffff:fff1', options: {} },
    ]);
    for (const form of [text, json]) {
      const [only, ...others] = said({ 'tc-qdisc': form });
      assert.match(only ?? '', / of tc at eth0, eth1 of worker /);
      assert.deepEqual(others, []);
    }
  });

  test('a node without any has nothing said of it', () => {
    assert.deepEqual(said({ 'tc-qdisc': '[]', 'ip-link': ADDRESSES }), []);
  });
});
