import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { capturedInterface, readTcpdump } from '../../../src/core/capture/tcpdump';
import type { CapturedPacket } from '../../../src/core/capture/packet';
import { formatSocket } from '../../../src/core/net/address';
import { hostileText } from '../../support/arbitrary';

/** One exchange, seen by nine tcpdumps (4.99) with different options at once. */
function fixture(options: string): string[] {
  return readTcpdump(readFileSync(`test/fixtures/capture/tcpdump-${options}.txt`, 'utf8')).map(told);
}

function told({ src, sport, dst, dport, proto, flags }: CapturedPacket): string {
  return `${proto} ${formatSocket(src, sport)} > ${formatSocket(dst, dport)}${flags === undefined ? '' : ` [${flags}]`}`;
}

const EXCHANGE = [
  '6 10.1.9.2:50712 > 10.1.9.3:80 [S]',
  '6 10.1.9.3:80 > 10.1.9.2:50712 [S.]',
  '6 10.1.9.2:50712 > 10.1.9.3:80 [.]',
  '6 10.1.9.3:80 > 10.1.9.2:50712 [F.]',
  '6 10.1.9.2:50712 > 10.1.9.3:80 [F.]',
  '6 10.1.9.3:80 > 10.1.9.2:50712 [.]',
  '6 [fd00::2]:50713 > [fd00::3]:8080 [S]',
  '6 [fd00::3]:8080 > [fd00::2]:50713 [S.]',
  '6 [fd00::2]:50713 > [fd00::3]:8080 [.]',
  '6 [fd00::2]:50713 > [fd00::3]:8080 [F.]',
  '6 10.1.9.2:50714 > 10.1.9.3:81 [S]',
  '6 10.1.9.3:81 > 10.1.9.2:50714 [R.]',
  '17 10.1.9.2:40000 > 10.1.9.3:8285',
  '1 10.1.9.3 > 10.1.9.2',
  '6 [fd00::3]:8080 > [fd00::2]:50713 [F.]',
  '6 [fd00::2]:50713 > [fd00::3]:8080 [.]',
];

suite('what tcpdump prints', () => {
  test('whatever its options, the packets are the same', () => {
    for (const options of ['n', 'any', 'v', 'e', 't', 'tt', 'tttt', 'names']) {
      const packets = fixture(options);
      assert.deepEqual(
        packets.slice(0, 2).map((text) => text.split(' ')[0]),
        ['58', '58'],
        `${options}: multicast reports of ICMPv6`,
      );
      assert.deepEqual(packets.slice(2), EXCHANGE, options);
    }
  });

  test('with -q it shows no flags', () => {
    assert.deepEqual(
      fixture('q').slice(2),
      EXCHANGE.map((text) => text.replace(/ \[[^\]]*\]$/, '')),
    );
  });

  test('of the founding document: inner and outer packets, and the author between them', () => {
    const packets = readTcpdump(`~# tcpdump -ni any not port 22
12:05:45.073872 IP 192.168.1.12.50712 > 10.1.63.3.80: Flags [S], seq 352689382, win 29200, length 0

eth0 -> container SYN
12:05:45.074450 IP 192.168.1.12.8285 > 192.168.199.238.8285: UDP, length 60
12:05:45.084428 IP 10.1.63.3.80 > 192.168.1.12.50712: Flags [S.], seq 1751434350, ack 352689383, win 28960, length 0
`);
    assert.deepEqual(packets.map(told), [
      '6 192.168.1.12:50712 > 10.1.63.3:80 [S]',
      '17 192.168.1.12:8285 > 192.168.199.238:8285',
      '6 10.1.63.3:80 > 192.168.1.12:50712 [S.]',
    ]);
    assert.deepEqual(
      packets.map(({ number, sequence }) => [number, sequence]),
      [
        [2, '352689382'],
        [5, undefined],
        [6, '1751434350'],
      ],
    );
  });

  test('loopback of IPv6, whose address begins with a colon', () => {
    assert.deepEqual(
      readTcpdump('10:00:00.000000 IP6 ::1.40000 > ::1.80: Flags [S], seq 1, win 1, length 0\n').map(told),
      ['6 [::1]:40000 > [::1]:80 [S]'],
    );
  });

  test('hosts by name, other protocols and other text are passed over', () => {
    const text =
      '10:00:00.1 ARP, Request who-has 10.0.0.1 tell 10.0.0.2, length 28\nlistening on eth0, link-type EN10MB\nIP web.example.org.http > 10.0.0.1.5: Flags [S], seq 1\n3 packets captured\n';
    assert.deepEqual(readTcpdump(text), []);
  });

  test('any text is some packets, and nothing is thrown', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        assert.ok(readTcpdump(`IP ${text}`).length <= text.split('\n').length);
      }),
    );
    assert.deepEqual(readTcpdump(`IP ${'('.repeat(50_000)}`), []);
  });
});

suite('the interface that was listened on', () => {
  test('is named with -i, in whatever company', () => {
    const commands: readonly (readonly [string, string | undefined])[] = [
      ['tcpdump -ni flannel0 not port 22 and not port 4001', 'flannel0'],
      ['sudo tcpdump -n -i eth0 port 80', 'eth0'],
      ['tcpdump -nnei docker0', 'docker0'],
      ['tcpdump --interface=flannel.1 -n', 'flannel.1'],
      ['tcpdump --interface eth1', 'eth1'],
      ['tcpdump -ieth0', 'eth0'],
      ['tcpdump -ni any', undefined],
      ['tcpdump -n port 80', undefined],
    ];
    for (const [command, device] of commands) assert.equal(capturedInterface(command), device, command);
  });
});
