import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { parseAddress } from '../../../src/core/net/address';
import { findListener, readListeners } from '../../../src/core/net/listener';
import { TCP, UDP } from '../../../src/core/net/protocol';

/** Sockets opened for the purpose on Linux 6.18, as `ss -Hlnptu` of iproute2 6.1 shows them. */
const listeners = readListeners(readFileSync('test/fixtures/net/ss.txt', 'utf8'));

/** The line of the listener that takes a packet. */
function taker(protocol: number, address: string, port: number): number | undefined {
  return findListener(listeners, protocol, parseAddress(address)!, port)?.line;
}

suite('listening sockets', () => {
  test('every line of ss is one', () => {
    assert.equal(listeners.length, 11);
    assert.deepEqual(
      listeners.map((one) => one.line),
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
    );
    assert.ok(listeners.every((one) => one.processes.join() === 'python3'));
  });

  test('on 0.0.0.0 take IPv4 packets to any address', () => {
    assert.equal(taker(TCP, '192.168.1.12', 80), 7);
    assert.equal(taker(TCP, 'fd00::1', 80), undefined);
    assert.equal(taker(UDP, '192.168.1.12', 80), undefined, 'of their own protocol');
    assert.equal(taker(TCP, '192.168.1.12', 81), undefined, 'on their own port');
  });

  test('on an address take packets to that address', () => {
    assert.equal(taker(TCP, '127.0.0.1', 631), 6);
    assert.equal(taker(TCP, '192.168.1.12', 631), undefined);
    assert.equal(taker(TCP, '::1', 9090), 8);
    assert.equal(taker(UDP, '127.0.0.53', 53), 1, 'bound to a device as well');
    assert.equal(taker(UDP, 'fd00::5', 546), 3);
  });

  test('"*" takes both families, and "[::]", an IPv6 socket alone, does not', () => {
    assert.equal(taker(TCP, '10.0.0.1', 443), 10);
    assert.equal(taker(TCP, 'fd00::1', 443), 10);
    assert.equal(taker(TCP, 'fd00::1', 8443), 11);
    assert.equal(taker(TCP, '10.0.0.1', 8443), undefined);
    assert.equal(taker(UDP, '10.0.0.1', 5353), 5);
    assert.equal(taker(UDP, '10.0.0.1', 547), undefined);
  });

  test('on an IPv4-mapped address, as Java opens them, take IPv4 packets', () => {
    assert.equal(taker(TCP, '127.0.0.1', 8080), 9);
    assert.equal(taker(TCP, '::1', 8080), undefined);
  });

  test('of an old ss, which has no brackets, may take either family', () => {
    const old = readListeners(
      'tcp    LISTEN     0      128                   :::22                   :::*      users:(("sshd",3,4))\n',
    );
    assert.ok(findListener(old, TCP, parseAddress('10.0.0.1')!, 22));
    assert.ok(findListener(old, TCP, parseAddress('fd00::1')!, 22));
  });

  test('the one bound to the address is told before the one bound to all', () => {
    const both = readListeners(
      'tcp LISTEN 0 5 0.0.0.0:53 0.0.0.0:* users:(("all",pid=1,fd=3))\ntcp LISTEN 0 5 10.0.0.1:53 0.0.0.0:* users:(("one",pid=2,fd=3))\n',
    );
    assert.deepEqual(findListener(both, TCP, parseAddress('10.0.0.1')!, 53)?.processes, ['one']);
    assert.deepEqual(findListener(both, TCP, parseAddress('10.0.0.2')!, 53)?.processes, ['all']);
  });

  test('lines of another kind are none', () => {
    assert.deepEqual(
      readListeners(
        'Netid State Recv-Q Send-Q Local Address:Port Peer Address:PortProcess\n\nu_str LISTEN 0 5 /run/x 1 * 0\nraw UNCONN 0 0 *:icmp *:*\n',
      ),
      [],
    );
  });
});
