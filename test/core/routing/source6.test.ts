import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { formatAddress, parseAddress } from '../../../src/core/net/address';
import { readInterfaces } from '../../../src/core/routing/read-interfaces';
import { selectSource6 } from '../../../src/core/routing/source6';

const { interfaces } = readInterfaces(`1: lo: <LOOPBACK,UP> mtu 65536
    inet6 ::1/128 scope host
2: eth0: <BROADCAST,UP> mtu 1500
    inet6 fd00:1::11/64 scope global
    inet6 2001:db8::11/64 scope global
    inet6 fe80::11/64 scope link
3: cni0: <BROADCAST,UP> mtu 1500
    inet6 fd01:1::1/64 scope global
    inet6 fe80::1/64 scope link
4: veth1: <BROADCAST,UP> mtu 1500
    inet6 fe80::2/64 scope link
`);

function source(device: string, destination: string): string | undefined {
  const address = selectSource6(interfaces, device, parseAddress(destination) ?? assert.fail(destination));
  return address && formatAddress(address);
}

suite('the source of an IPv6 packet (RFC 6724)', () => {
  test('the destination itself, where it is our own', () => {
    assert.equal(source('lo', 'fd01:1::1'), 'fd01:1::1');
  });

  test('the scope of the destination, or a wider one', () => {
    assert.equal(source('eth0', 'fe80::99'), 'fe80::11');
    assert.equal(source('veth1', 'fe80::99'), 'fe80::2');
    assert.equal(source('cni0', '2001:db8:9::1'), 'fd01:1::1', 'the outgoing interface goes before the label');
  });

  test('the outgoing interface, then the label, then the longest common prefix', () => {
    assert.equal(source('eth0', '2001:db8:9::1'), '2001:db8::11');
    assert.equal(source('eth0', 'fd00:9::1'), 'fd00:1::11');
    assert.equal(source('veth1', 'fd01:1::130'), 'fd01:1::1', 'veth1 has no address that may go so far');
    assert.equal(source('veth1', '2001:db8:9::1'), '2001:db8::11');
  });
});
