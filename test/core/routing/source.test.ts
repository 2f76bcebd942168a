import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { formatAddress } from '../../../src/core/net/address';
import type { Scope } from '../../../src/core/routing/interface';
import { readInterfaces } from '../../../src/core/routing/read-interfaces';
import { selectSource } from '../../../src/core/routing/source';
import { ip } from '../../support/packets';

const { interfaces } = readInterfaces(`1: lo: <LOOPBACK,UP> mtu 65536
    inet 127.0.0.1/8 scope host lo
    inet 10.99.0.1/32 scope global lo
2: eth0: <UP> mtu 1500
    inet 192.168.1.12/24 scope global eth0
    inet 192.168.1.13/24 scope global secondary eth0
    inet 172.16.0.5/12 scope global eth0
    inet 169.254.3.3/16 scope link eth0
    inet6 fe80::1/64 scope link
    inet6 fd00:1::12/64 scope global
3: flannel.1: <UP> mtu 1450
    inet 10.1.9.0/32 scope global flannel.1
4: bare0: <UP> mtu 1500
5: local0: <UP> mtu 1500
    inet 169.254.9.9/16 scope link local0
`);

function source(device: string, nextHop?: string, scope: Scope = 'global'): string | undefined {
  const family = nextHop?.includes(':') === true ? 6 : 4;
  const chosen = selectSource(interfaces, device, family, nextHop === undefined ? undefined : ip(nextHop), scope);
  return chosen && formatAddress(chosen);
}

suite('the source address of a packet (inet_select_addr)', () => {
  test('is the primary address whose network holds the next hop', () => {
    assert.equal(source('eth0', '192.168.1.1'), '192.168.1.12');
    assert.equal(source('eth0', '172.16.0.1'), '172.16.0.5');
  });

  test('else the first primary one of the interface', () => {
    assert.equal(source('eth0', '8.8.8.8'), '192.168.1.12');
    assert.equal(source('eth0'), '192.168.1.12');
    assert.equal(source('flannel.1', '10.1.63.0'), '10.1.9.0');
  });

  test('never a secondary one, and never one of a scope too narrow', () => {
    assert.equal(source('eth0', '192.168.1.13'), '192.168.1.12');
    assert.equal(source('eth0', '169.254.3.9'), '192.168.1.12');
    assert.equal(source('eth0', '169.254.3.9', 'link'), '169.254.3.3');
  });

  test('for a link, 127.0.0.1 counts where route_localnet is on', () => {
    const ofLo = (on: boolean): string | undefined => {
      const chosen = selectSource(interfaces, 'lo', 4, undefined, 'link', () => on);
      return chosen && formatAddress(chosen);
    };
    assert.equal(ofLo(true), '127.0.0.1');
    assert.equal(ofLo(false), '10.99.0.1');
  });

  test('of another interface, even of lo, where its own has none', () => {
    assert.equal(source('bare0', '8.8.8.8'), '10.99.0.1');
    assert.equal(source('local0', '8.8.8.8'), '10.99.0.1');
    assert.equal(source('nosuch', '8.8.8.8'), '10.99.0.1');
  });

  test('is of the family that was asked for', () => {
    assert.equal(source('eth0', 'fd00:1::1'), 'fd00:1::12');
    assert.equal(source('flannel.1', 'fd00:9::1'), 'fd00:1::12');
  });

  test('is none where there is none', () => {
    assert.equal(selectSource([], 'eth0', 4, undefined, 'global'), undefined);
  });
});
