import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { formatSocket } from '../../../src/core/net/address';
import { protocolName } from '../../../src/core/net/protocol';
import { proxiedPorts, type ProxiedPort, refusedPorts } from '../../../src/core/kubernetes/kube-proxy';
import type { Table } from '../../../src/core/netfilter/ruleset';
import { parseSave } from '../../../src/core/netfilter/save';

/** Rules as kube-proxy of that version writes them (facts of its source, loaded into iptables 1.8.9 and saved again). */
function table(version: string, name: 'nat' | 'filter'): Table {
  const dump = parseSave(readFileSync(`test/fixtures/kube-proxy/${version}.txt`, 'utf8'), version === 'ipv6' ? 6 : 4);
  assert.deepEqual(dump.problems, []);
  const found = dump.tables.get(name);
  assert.ok(found);
  return found;
}

/** `default/web: cluster IP 10.0.0.20:80/tcp → 10.1.63.3:80 50 %, 10.1.9.4:80 50 %` */
function told(port: ProxiedPort): string {
  const endpoints = port
    .endpoints()
    .map(
      ({ address, port: own, probability }) => `${formatSocket(address, own)} ${Math.round(probability * 1e4) / 100} %`,
    );
  const node = port.nodePort === undefined ? '' : ` node port ${port.nodePort}`;
  return `${port.name ?? '?'} ${port.role} ${formatSocket(port.address, port.port)}/${protocolName(port.protocol)}${node} → ${endpoints.join(', ')}`;
}

suite("services from kube-proxy's rules", () => {
  test('of 1.4: unnamed ports with a colon, NodePort, external IP, session affinity', () => {
    const ports = proxiedPorts(table('1.4', 'nat'));
    assert.deepEqual(ports.map(told), [
      'default/web cluster IP 10.0.0.20:80/tcp node port 30080 → 10.1.63.3:80 50 %, 10.1.9.4:80 50 %',
      'default/web external IP 192.0.2.9:80/tcp node port 30080 → 10.1.63.3:80 50 %, 10.1.9.4:80 50 %',
      'default/web external IP 192.0.2.9:80/tcp node port 30080 → 10.1.63.3:80 50 %, 10.1.9.4:80 50 %',
      'kube-system/dns:dns cluster IP 10.0.0.10:53/udp → 10.1.9.2:53 100 %',
      'default/sticky:http cluster IP 10.0.0.30:80/tcp → 10.1.9.7:8080 50 %, 10.1.9.8:8080 50 %',
    ]);
    assert.ok(ports.every((port) => port.verified() === true));
    assert.ok(ports.every((port) => port.endpoints().every(({ verified }) => verified === true)));
  });

  test('of 1.15: no comments behind KUBE-SERVICES, probabilities with five digits', () => {
    assert.deepEqual(proxiedPorts(table('1.15', 'nat')).map(told), [
      'default/web:http cluster IP 10.96.0.20:80/tcp → 10.244.1.2:80 33.33 %, 10.244.2.3:80 33.33 %, 10.244.3.4:80 33.33 %',
    ]);
  });

  test('of 1.30: chains for outside and for local endpoints; a service without comments', () => {
    const ports = proxiedPorts(table('1.30', 'nat'));
    assert.deepEqual(ports.map(told), [
      'default/web cluster IP 10.96.0.20:80/tcp node port 31080 → 10.244.1.2:8080 50 %, 10.244.2.3:8080 50 %',
      // From outside, with externalTrafficPolicy: Local, to the endpoint on this node alone.
      'default/web loadbalancer IP 198.51.100.5:80/tcp node port 31080 → 10.244.1.2:8080 100 %',
      '? cluster IP 10.96.0.21:80/tcp → 10.244.1.9:80 100 %',
    ]);
    assert.deepEqual(
      ports.map((port) => port.verified()),
      [true, true, undefined],
    );
    assert.deepEqual(
      ports.flatMap((port) => port.endpoints().map(({ verified }) => verified)),
      [true, true, true, undefined],
    );
  });

  test('of IPv6', () => {
    const ports = proxiedPorts(table('ipv6', 'nat'));
    assert.deepEqual(ports.map(told), [
      'default/web:http cluster IP [fd00:10:96::20]:80/tcp → [fd00:10:244::5]:80 100 %',
    ]);
    assert.deepEqual([ports[0]?.verified(), ports[0]?.endpoints()[0]?.verified], [true, true]);
  });

  test('know the lines they come from', () => {
    const [web] = proxiedPorts(table('1.4', 'nat'));
    const lines = readFileSync('test/fixtures/kube-proxy/1.4.txt', 'utf8').split('\n');
    assert.match(lines[(web?.line ?? 0) - 1] ?? '', /-A KUBE-SERVICES -d 10\.0\.0\.20\/32 .* -j KUBE-SVC-/);
    assert.match(lines[(web?.endpoints()[1]?.line ?? 0) - 1] ?? '', /-j DNAT --to-destination 10\.1\.9\.4:80$/);
  });

  test('without endpoints are refused by the filter table', () => {
    for (const [version, address] of [
      ['1.4', '10.0.0.40'],
      ['1.30', '10.96.0.50'],
    ] as const) {
      const refused = refusedPorts(table(version, 'filter'));
      assert.deepEqual(refused.map(told), [`default/empty:http cluster IP ${address}:80/tcp → `]);
      assert.deepEqual([refused[0]?.chain, refused[0]?.verified()], [undefined, undefined]);
    }
  });
});

function nat(...rules: string[]): Table {
  const chains = new Set(rules.flatMap((rule) => rule.match(/KUBE-[A-Z]+-?[A-Z0-9]*/g) ?? []));
  const text = ['*nat', ...[...chains].map((chain) => `:${chain} - [0:0]`), ...rules, 'COMMIT', ''].join('\n');
  const found = parseSave(text, 4).tables.get('nat');
  assert.ok(found);
  return found;
}

suite('rules that are not as they should be', () => {
  test('a chain whose name is not the hash is said to be so', () => {
    const [port] = proxiedPorts(
      nat(
        '-A KUBE-SERVICES -d 10.0.0.1/32 -p tcp -m comment --comment "default/x:http cluster IP" -m tcp --dport 80 -j KUBE-SVC-AAAA',
        '-A KUBE-SVC-AAAA -j KUBE-SEP-BBBB',
        '-A KUBE-SEP-BBBB -p tcp -j DNAT --to-destination 10.1.1.1:80',
      ),
    );
    assert.deepEqual([port?.verified(), port?.endpoints()[0]?.verified], [false, false]);
  });

  test('a chain that leads nowhere has no endpoints', () => {
    const [port] = proxiedPorts(nat('-A KUBE-SERVICES -d 10.0.0.1/32 -p tcp -m tcp --dport 80 -j KUBE-SVC-GONE'));
    assert.deepEqual(port?.endpoints(), []);
    const dangling = nat(
      '-A KUBE-SERVICES -d 10.0.0.1/32 -p tcp -m tcp --dport 80 -j KUBE-SVC-AAAA',
      '-A KUBE-SVC-AAAA -j KUBE-SEP-GONE',
    );
    assert.deepEqual(proxiedPorts(dangling)[0]?.endpoints(), []);
  });

  test('chains that go round in circles come to an end', () => {
    const circle = nat(
      '-A KUBE-SERVICES -d 10.0.0.1/32 -p tcp -m tcp --dport 80 -j KUBE-SVC-AAAA',
      '-A KUBE-SVC-AAAA -j KUBE-SVC-AAAA',
    );
    assert.deepEqual(proxiedPorts(circle)[0]?.endpoints(), []);
  });

  test('rules without an address, a port or a service chain are no services', () => {
    const others = nat(
      '-A KUBE-SERVICES -p tcp -m tcp --dport 80 -j KUBE-SVC-AAAA',
      '-A KUBE-SERVICES -d 10.0.0.1/32 -p tcp -j KUBE-SVC-AAAA',
      '-A KUBE-SERVICES ! -d 10.0.0.1/32 -p tcp -m tcp --dport 80 -j KUBE-SVC-AAAA',
      '-A KUBE-SERVICES -d 10.0.0.1/32 -p tcp -m tcp --dport 80 -j KUBE-MARK-MASQ',
      '-A KUBE-SERVICES -d 10.0.0.1/32 -p tcp -m tcp --dport 80 -j ACCEPT',
    );
    assert.deepEqual(proxiedPorts(others), []);
    assert.deepEqual(proxiedPorts(nat('-A OUTPUT -j ACCEPT')), []);
  });
});
