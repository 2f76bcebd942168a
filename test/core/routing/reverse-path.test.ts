import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Fib } from '../../../src/core/routing/fib';
import { readPolicyRules, STANDARD_RULES } from '../../../src/core/routing/policy-rule';
import { readRoutes } from '../../../src/core/routing/read-routes';
import { reversePath, type ReversePathInput, type RpFilter } from '../../../src/core/routing/reverse-path';
import { ip, tcp } from '../../support/packets';

const { routes } = readRoutes(
  `default via 192.168.1.1 dev eth0
10.1.0.0/16 dev flannel0 scope link src 10.1.9.0
10.1.9.0/24 dev docker0 scope link src 10.1.9.1
10.7.0.0/16 nexthop via 192.168.1.5 dev eth0 weight 1 nexthop via 192.168.2.5 dev eth1 weight 1
blackhole 10.66.0.0/16
unreachable 10.67.0.0/16
local 192.168.1.12 dev eth0 table local scope host
broadcast 192.168.1.255 dev eth0 table local
`,
  4,
);
const nowhere = readRoutes('10.1.9.0/24 dev docker0 scope link\n', 4).routes;

function drops(from: string, device: string, more: Partial<ReversePathInput> = {}): readonly RpFilter[] {
  const packet = more.packet ?? tcp(`${from}:5000`, '192.168.1.12:80');
  return reversePath({
    fib: new Fib(4, routes, STANDARD_RULES),
    packet,
    device,
    deviceHasAddress: true,
    acceptLocal: false,
    useMark: false,
    dst: packet.dst,
    ...more,
  }).drops;
}

/** Every row was measured on Linux 6.18: the values of rp_filter under which a packet is dropped. */
suite('the reverse path check', () => {
  test('the way back is the same interface: never', () => {
    assert.deepEqual(drops('10.1.63.3', 'flannel0'), []);
    assert.deepEqual(drops('8.8.8.8', 'eth0'), []);
  });

  test('the way back is another interface, a default route included: when strict', () => {
    assert.deepEqual(drops('10.1.63.3', 'eth0'), [1], 'the founding case, on the worker');
    assert.deepEqual(drops('192.168.1.12', 'flannel0').includes(1), true);
    assert.deepEqual(drops('8.8.8.8', 'docker0'), [1]);
  });

  test('no way back, or a blackhole: when strict and when loose', () => {
    assert.deepEqual(drops('8.8.8.8', 'docker0', { fib: new Fib(4, nowhere, STANDARD_RULES) }), [1, 2]);
    assert.deepEqual(drops('10.66.1.1', 'eth0'), [1, 2]);
    assert.deepEqual(drops('10.67.1.1', 'eth0'), [1, 2]);
  });

  test('another interface, where this one has no address: loose is as strict', () => {
    assert.deepEqual(drops('10.1.63.3', 'eth0', { deviceHasAddress: false }), [1, 2]);
    assert.deepEqual(drops('10.1.63.3', 'flannel0', { deviceHasAddress: false }), []);
  });

  test("one of the node's own addresses: always, unless accept_local; strict still drops", () => {
    assert.deepEqual(drops('192.168.1.12', 'flannel0'), [0, 1, 2]);
    assert.deepEqual(drops('192.168.1.12', 'flannel0', { acceptLocal: true }), [1]);
  });

  test('a broadcast address is no source, where the source is looked up at all', () => {
    assert.deepEqual(drops('192.168.1.255', 'eth0'), [1, 2]);
  });

  test('one of several next hops by this interface is enough', () => {
    assert.deepEqual(drops('10.7.1.1', 'eth0'), []);
    assert.deepEqual(drops('10.7.1.1', 'eth1'), []);
    assert.deepEqual(drops('10.7.1.1', 'docker0'), [1]);
  });

  test('the mark of the packet counts with src_valid_mark alone', () => {
    const { rules } = readPolicyRules(
      '0: from all lookup local\n100: from all fwmark 0x1 lookup 100\n32766: from all lookup main\n',
      4,
    );
    const marked = readRoutes('default dev eth1 table 100\ndefault dev eth0\n', 4).routes;
    const fib = new Fib(4, marked, rules);
    const packet = tcp('8.8.8.8:1', '192.168.1.12:80', { mark: 1 });
    assert.deepEqual(drops('8.8.8.8', 'eth1', { fib, packet }), [1]);
    assert.deepEqual(drops('8.8.8.8', 'eth1', { fib, packet, useMark: true }), []);
  });

  test('says where the way back leads', () => {
    const packet = tcp('10.1.63.3:80', '192.168.1.12:50712');
    const { reason, back } = reversePath({
      fib: new Fib(4, routes, STANDARD_RULES),
      packet,
      device: 'eth0',
      deviceHasAddress: true,
      acceptLocal: false,
      useMark: false,
      dst: ip('192.168.1.12'),
    });
    assert.match(reason, /flannel0.*not eth0/);
    assert.ok(back.kind === 'route' && back.route.text.startsWith('10.1.0.0/16 dev flannel0'));
  });
});
