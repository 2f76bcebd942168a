import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { formatAddress } from '../../../src/core/net/address';
import { formatPrefix } from '../../../src/core/net/prefix';
import type { Interface } from '../../../src/core/routing/interface';
import { readInterfaces } from '../../../src/core/routing/read-interfaces';

/** One node, printed by iproute2 6.1 and net-tools 2.10 in all of their forms. */
function fixture(name: string): readonly Interface[] {
  const { interfaces, problems } = readInterfaces(readFileSync(`test/fixtures/interfaces/${name}.txt`, 'utf8'));
  assert.deepEqual(problems, [], name);
  return interfaces;
}

function named(interfaces: readonly Interface[], name: string): Interface {
  const found = interfaces.find((device) => device.name === name);
  assert.ok(found, name);
  return found;
}

function addresses({ addresses: own }: Interface): string[] {
  return own.map(
    ({ address, network, scope, secondary }) =>
      `${formatAddress(address)} in ${formatPrefix(network)} ${scope}${secondary ? ' secondary' : ''}`,
  );
}

const NAMES = ['lo', 'wire0', 'eth0', 'docker0', 'veth0a1b2c3', 'flannel.1', 'tun0'];

suite('ip addr and ip link', () => {
  test('every form shows the same interfaces with the same addresses', () => {
    const expected = fixture('ip-addr-json');
    assert.deepEqual(expected.map(({ name }) => name).sort(), [...NAMES].sort());
    for (const form of ['ip-addr', 'ip-d-addr', 'ip-o-addr']) {
      const read = fixture(form);
      for (const device of expected) {
        if (form === 'ip-o-addr' && device.addresses.length === 0) continue;
        assert.deepEqual(addresses(named(read, device.name)), addresses(device), `${form} ${device.name}`);
        assert.equal(named(read, device.name).index, device.index);
      }
    }
  });

  test('addresses have the network they make, their scope, and know when they are second', () => {
    const read = fixture('ip-addr');
    assert.deepEqual(addresses(named(read, 'eth0')), [
      '192.168.1.12 in 192.168.1.0/24 global',
      '192.168.1.13 in 192.168.1.0/24 global secondary',
      'fd00:1::12 in fd00:1::/64 global',
      'fe80::ff:fe00:112 in fe80::/64 link',
    ]);
    assert.deepEqual(
      addresses(named(read, 'tun0')).slice(0, 1),
      ['10.8.0.1 in 10.8.0.2/32 global'],
      'the network of the peer',
    );
    assert.deepEqual(addresses(named(read, 'lo')), ['127.0.0.1 in 127.0.0.0/8 host', '::1 in ::1/128 host']);
  });

  test('links tell what an interface is, and what it is a port of', () => {
    for (const form of ['ip-d-addr', 'ip-addr-json', 'ip-d-o-link', 'ip-d-link-json']) {
      const read = fixture(form);
      const kinds = NAMES.map((name) => named(read, name).kind);
      assert.deepEqual(kinds, [undefined, 'veth', 'veth', 'bridge', 'veth', 'vxlan', 'tun'], form);
      const port = named(read, 'veth0a1b2c3');
      assert.equal(port.master, 'docker0', form);
      assert.equal(port.hairpin, true, form);
      assert.equal(port.peerIndex, 2, form);
      assert.equal(named(read, 'eth0').lower, 'wire0', form);
      assert.equal(named(read, 'eth0').peerIndex, undefined, form);
      const { vxlan } = named(read, 'flannel.1');
      assert.deepEqual(
        vxlan && [vxlan.id, vxlan.local && formatAddress(vxlan.local), vxlan.device, vxlan.port],
        [1, '192.168.1.12', 'eth0', 8472],
        form,
      );
    }
  });

  test('link-layer facts: loopback, up, MTU, MAC address', () => {
    for (const form of ['ip-addr', 'ip-d-addr', 'ip-addr-json', 'ip-d-o-link', 'ip-d-link-json']) {
      const read = fixture(form);
      assert.deepEqual(
        read.filter(({ loopback }) => loopback).map(({ name }) => name),
        ['lo'],
        form,
      );
      assert.equal(named(read, 'flannel.1').mtu, 1450, form);
      assert.equal(named(read, 'docker0').mac, '02:42:0a:01:09:01', form);
      assert.equal(named(read, 'docker0').up, true, form);
    }
    assert.equal(readInterfaces('2: eth0: <BROADCAST,MULTICAST> mtu 1500 state DOWN\n').interfaces[0]?.up, false);
  });

  test('an address knows its line', () => {
    const lines = readFileSync('test/fixtures/interfaces/ip-addr.txt', 'utf8').split('\n');
    for (const device of fixture('ip-addr'))
      for (const { address, line } of device.addresses) assert.ok(lines[line - 1]?.includes(formatAddress(address)));
  });

  test('of a pod: the other end is in another namespace', () => {
    const [eth0] = readInterfaces(
      '3: eth0@if7: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 qdisc noqueue state UP\n    inet 10.1.63.3/24 scope global eth0\n',
    ).interfaces;
    assert.deepEqual([eth0?.name, eth0?.kind, eth0?.peerIndex, eth0?.lower], ['eth0', 'veth', 7, undefined]);
  });

  test('a line about an address that cannot be read is told, and so is text before the first interface', () => {
    const { interfaces, problems } = readInterfaces(
      '$ ip addr\n1: lo: <LOOPBACK,UP> mtu 65536\n    inet 127.0.0.1/8 scope host lo\n2: eth0: <UP> mtu 1500\n    inet [hidden]/24 scope global eth0\n    inet6 fe80::XXXX/64 scope link\n',
    );
    assert.deepEqual(
      interfaces.map(({ name, addresses: own }) => [name, own.length]),
      [
        ['lo', 1],
        ['eth0', 0],
      ],
    );
    assert.deepEqual(
      problems.map(({ line, severity }) => [line, severity]),
      [
        [1, 'warning'],
        [5, 'warning'],
        [6, 'warning'],
      ],
    );
  });

  test('numbers that cannot be are no exception', () => {
    const json =
      '[{"ifname":"eth0","ifindex":2,"flags":["UP"],"addr_info":[{"local":"10.0.0.1","prefixlen":24.5},{"local":"10.0.0.2","prefixlen":1e999},{"local":"x","prefixlen":8},{"prefixlen":-3,"local":"10.0.0.3"}]}]';
    assert.equal(readInterfaces(json).interfaces[0]?.addresses.length, 3);
    assert.equal(
      readInterfaces('2: eth0: <UP> mtu 1\n    inet 10.0.0.1/99999999999999999999 scope global\n').interfaces.length,
      1,
    );
  });

  test('JSON that is cut off is told, and what came before is kept', () => {
    const { interfaces, problems } = readInterfaces('[{"ifname":"lo","flags":["LOOPBACK"]},\n{"ifname":"eth0","fl');
    assert.deepEqual(
      interfaces.map(({ name }) => name),
      ['lo'],
    );
    assert.deepEqual(
      problems.map(({ line, severity }) => [line, severity]),
      [[2, 'error']],
    );
  });
});

suite('ifconfig', () => {
  test('of today says the same as ip addr', () => {
    const expected = fixture('ip-addr');
    const read = fixture('ifconfig-new');
    assert.deepEqual(read.map(({ name }) => name).sort(), [...NAMES].sort());
    for (const device of read) {
      const full = named(expected, device.name);
      // It shows the first IPv4 address alone, and of a tunnel no peer.
      const first = addresses(full).filter((text) => !text.includes('secondary'));
      const own = device.name === 'tun0' ? first.map((text) => text.replace('10.8.0.2/32', '10.8.0.1/32')) : first;
      assert.deepEqual(addresses(device).sort(), own.sort(), device.name);
      assert.equal(device.mtu, full.mtu);
      assert.equal(device.up, full.up);
      assert.equal(device.loopback, full.loopback);
      if (device.name !== 'lo' && device.name !== 'tun0') assert.equal(device.mac, full.mac, device.name);
    }
  });

  /** As in the founding document, with the columns that the web page lost, and a TUN. */
  const OLD = `eth0      Link encap:Ethernet  HWaddr 02:42:0A:01:61:05
          inet addr:10.1.97.5  Bcast:0.0.0.0  Mask:255.255.255.0
          inet6 addr: fe80::42:aff:fe01:6105/64 Scope:Link
          UP BROADCAST RUNNING MULTICAST  MTU:1500  Metric:1
          RX packets:554 errors:0 dropped:0 overruns:0 frame:0

flannel0  Link encap:UNSPEC  HWaddr 00-00-00-00-00-00-00-00-00-00-00-00-00-00-00-00
          inet addr:10.1.9.0  P-t-P:10.1.9.0  Mask:255.255.0.0
          UP POINTOPOINT RUNNING  MTU:1472  Metric:1

lo        Link encap:Local Loopback
          inet addr:127.0.0.1  Mask:255.0.0.0
          inet6 addr: ::1/128 Scope:Host
          UP LOOPBACK RUNNING  MTU:65536  Metric:1
`;

  test('of old, and as a web page mangles it', () => {
    for (const text of [OLD, OLD.replace(/ +/g, ' ').replace(/^ /gm, '')]) {
      const { interfaces, problems } = readInterfaces(text);
      assert.deepEqual(problems, []);
      assert.deepEqual(
        interfaces.map(({ name, kind, mtu, up, loopback }) => [name, kind, mtu, up, loopback]),
        [
          ['eth0', undefined, 1500, true, false],
          ['flannel0', 'tun', 1472, true, false],
          ['lo', undefined, 65536, true, true],
        ],
      );
      assert.deepEqual(interfaces.map(addresses), [
        ['10.1.97.5 in 10.1.97.0/24 global', 'fe80::42:aff:fe01:6105 in fe80::/64 link'],
        ['10.1.9.0 in 10.1.0.0/16 global'],
        ['127.0.0.1 in 127.0.0.0/8 host', '::1 in ::1/128 host'],
      ]);
      assert.equal(interfaces[0]?.mac, '02:42:0a:01:61:05');
    }
  });

  test('what cannot be read is told, and so is text before the first interface', () => {
    assert.deepEqual(
      readInterfaces('hello\neth0: flags=4163<UP>  mtu 1500\n').problems.map(({ line }) => line),
      [1],
    );
  });
});
