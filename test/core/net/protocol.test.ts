import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { hasPorts, parsePort, parseProtocol, protocolName, protocolTitle } from '../../../src/core/net/protocol';

suite('protocols and ports', () => {
  /** iptables 1.8 with Debian's /etc/protocols: `iptables -A … -p NUMBER` and what iptables-save prints of it. */
  const printed: readonly (readonly [number, string])[] = [
    [1, 'icmp'],
    [2, 'igmp'],
    [4, 'ipencap'],
    [6, 'tcp'],
    [17, 'udp'],
    [33, 'dccp'],
    [41, 'ipv6'],
    [47, 'gre'],
    [50, 'esp'],
    [51, 'ah'],
    [58, 'ipv6-icmp'],
    [89, 'ospf'],
    [94, 'ipip'],
    [103, 'pim'],
    [112, 'vrrp'],
    [132, 'sctp'],
    [136, 'udplite'],
  ];

  test('have the names that iptables-save prints', () => {
    for (const [number, name] of printed) {
      assert.equal(protocolName(number), name);
      assert.equal(parseProtocol(name), number);
      assert.equal(parseProtocol(String(number)), number);
    }
  });

  test('any protocol is 0', () => {
    assert.equal(parseProtocol('all'), 0);
    assert.equal(parseProtocol('0'), 0);
  });

  test('are read in capitals and by their other names', () => {
    assert.equal(parseProtocol('TCP'), 6);
    for (const name of ['icmpv6', 'icmp6', 'ipv6-icmp']) assert.equal(parseProtocol(name), 58);
  });

  test('what is no protocol is none', () => {
    for (const text of ['', '256', '-1', 'nosuch', 'constructor', '__proto__'])
      assert.equal(parseProtocol(text), undefined);
  });

  test('those without a name are numbers', () => {
    assert.equal(protocolName(200), '200');
  });

  test('are titled as people write them', () => {
    assert.deepEqual([6, 17, 1, 58].map(protocolTitle), ['TCP', 'UDP', 'ICMP', 'ICMPv6']);
  });

  test('with ports are TCP, UDP, UDP-Lite, SCTP and DCCP', () => {
    const all = Array.from({ length: 256 }, (_, number) => number);
    assert.deepEqual(all.filter(hasPorts), [6, 17, 33, 132, 136]);
  });

  test('ports are numbers of 16 bits or well-known names', () => {
    assert.deepEqual(['0', '80', '65535', 'http', 'domain', 'https'].map(parsePort), [0, 80, 65535, 80, 53, 443]);
    assert.deepEqual(['ipp', 'nfs', 'mysql', 'ms-wbt-server'].map(parsePort), [631, 2049, 3306, 3389]);
    for (const text of ['', '65536', '-1', '8o', '1e3', 'toString', 'nosuch']) assert.equal(parsePort(text), undefined);
  });
});
