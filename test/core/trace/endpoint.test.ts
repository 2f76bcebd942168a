import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { formatAddress } from '../../../src/core/net/address';
import {
  mainAddress,
  originTitle,
  parseTraceProtocol,
  resolveOrigin,
  resolveTarget,
  splitPort,
  targetTitle,
} from '../../../src/core/trace/endpoint';
import { ip } from '../../support/packets';
import { cluster, node } from '../../support/snapshots';

const all = cluster(
  node(
    'worker',
    {
      'ip-addr':
        '1: lo: <LOOPBACK,UP>\n    inet 127.0.0.1/8 scope host lo\n2: eth1: <UP>\n    inet 172.16.0.5/16 scope global eth1\n3: eth0: <UP>\n    inet 192.168.1.12/24 scope global eth0\n',
      'ip-route': 'default via 192.168.1.1 dev eth0\n',
      'kubectl-all': JSON.stringify({
        kind: 'List',
        items: [
          {
            kind: 'Service',
            metadata: { name: 'web', namespace: 'prod' },
            spec: {
              clusterIP: '10.0.0.9',
              ports: [
                { name: 'http', port: 8080 },
                { name: 'metrics', port: 9090 },
              ],
            },
          },
          { kind: 'Service', metadata: { name: 'one' }, spec: { clusterIP: '10.0.0.8', ports: [{ port: 80 }] } },
          { kind: 'Service', metadata: { name: 'headless' }, spec: { clusterIP: 'None', ports: [{ port: 80 }] } },
          { kind: 'Pod', metadata: { name: 'far', namespace: 'prod' }, status: { podIP: '10.1.9.99' } },
        ],
      }),
    },
    { 'default/g4': { 'ip-addr': '2: eth0@if7: <UP>\n    inet 10.1.9.3/24 scope global eth0\n' } },
  ),
  node('empty', {}),
);

function origin(text: string): string {
  const result = resolveOrigin(all, text);
  if ('error' in result) return `refused: ${result.error}`;
  const source = result.value.kind === 'namespace' && result.value.source;
  return originTitle(result.value) + (source ? ` as ${formatAddress(source)}` : '');
}

function target(text: string): string {
  const result = resolveTarget(all, text, (name) => (name === 'web.example' ? { value: ip('10.0.0.9') } : undefined));
  if ('error' in result) return `refused: ${result.error}`;
  return `${formatAddress(result.value.address)} ${result.value.port ?? '-'} ${result.value.name ?? '-'}`;
}

suite('where a trace starts', () => {
  test('a node, a namespace of it, a pod, an address', () => {
    assert.equal(origin('worker'), 'worker');
    assert.equal(origin('worker/host'), 'worker');
    assert.equal(origin('worker/default/g4'), 'worker/default/g4');
    assert.equal(origin('pod:default/g4'), 'worker/default/g4');
    assert.equal(origin('pod:g4'), 'worker/default/g4');
    assert.equal(origin('172.16.0.5'), 'worker as 172.16.0.5');
    assert.equal(origin('10.1.9.3'), 'worker/default/g4 as 10.1.9.3');
  });

  test('a host outside, at an interface of a node', () => {
    assert.equal(origin('outside:203.0.113.5@worker:eth0'), '203.0.113.5 (outside, at worker eth0)');
    assert.equal(origin('outside:[2001:db8::5]@worker:eth0'), '2001:db8::5 (outside, at worker eth0)');
    assert.equal(origin('outside:2001:db8::5@worker:eth0'), '2001:db8::5 (outside, at worker eth0)');
  });

  test('what is not there is refused, with what there is', () => {
    const refused: readonly (readonly [string, RegExp])[] = [
      ['nosuch', /"nosuch" is neither a node.*Nodes: worker, empty/],
      ['', /is neither a node/],
      ['worker/default/nosuch', /node worker has no namespace "default\/nosuch"\. It has: host, default\/g4/],
      ['pod:default/nosuch', /there is no pod "default\/nosuch"/],
      ['pod:prod/far', /the namespace of pod prod\/far \(10\.1\.9\.99\) was not collected/],
      ['8.8.8.8', /no namespace of the snapshot has 8\.8\.8\.8; for a host outside write outside:8\.8\.8\.8@/],
      ['outside:x', /is not outside:ADDRESS@NODE:INTERFACE/],
      ['outside:1.2.3.4@nosuch:eth0', /there is no node "nosuch"/],
      ['outside:1.2.3.4@worker:eth9', /worker has no interface "eth9"\. It has: lo, eth1, eth0/],
    ];
    for (const [text, reason] of refused) assert.match(origin(text), reason, text);
  });
});

suite('where it goes', () => {
  test('an address, with a port or without', () => {
    assert.equal(target('10.0.0.103:80'), '10.0.0.103 80 -');
    assert.equal(target('10.0.0.103'), '10.0.0.103 - -');
    assert.equal(target('[fd00::1]:443'), 'fd00::1 443 -');
    assert.equal(target('fd00::1'), 'fd00::1 - -');
    assert.equal(target('[fd00::1]'), 'fd00::1 - -');
    assert.equal(target('10.0.0.103:http'), '10.0.0.103 80 -');
  });

  test('a service: its only port, a port by name or by number', () => {
    assert.equal(target('svc:default/one'), '10.0.0.8 80 svc:default/one');
    assert.equal(target('svc:one'), '10.0.0.8 80 svc:one');
    assert.equal(target('svc:prod/web:metrics'), '10.0.0.9 9090 svc:prod/web');
    assert.equal(target('svc:prod/web:8080'), '10.0.0.9 8080 svc:prod/web');
    assert.equal(target('svc:prod/web'), '10.0.0.9 - svc:prod/web', 'which of two is not said');
  });

  test("a node: the address of its default route's interface; a namespace, a pod", () => {
    assert.equal(target('worker:22'), '192.168.1.12 22 worker');
    assert.equal(target('worker/default/g4:80'), '10.1.9.3 80 worker/default/g4');
    assert.equal(target('pod:default/g4:80'), '10.1.9.3 80 pod:default/g4');
    assert.equal(target('pod:prod/far:80'), '10.1.9.99 80 pod:prod/far', 'known to the registry alone');
  });

  test('a name, as the resolver has it', () => {
    assert.equal(target('web.example:80'), '10.0.0.9 80 web.example');
  });

  test('what is not there is refused', () => {
    const refused: readonly (readonly [string, RegExp])[] = [
      [
        'svc:prod/nosuch',
        /there is no service "prod\/nosuch" in the snapshot\. Services: default\/headless, default\/one, prod\/web/,
      ],
      ['svc:default/headless', /service default\/headless has no address/],
      ['10.0.0.1:nosuch', /"nosuch" is not a port/],
      ['10.0.0.1:70000', /"70000" is not a port/],
      ['10.0.0.1:', /"" is not a port/],
      ['nosuch:80', /"nosuch" is neither a node, an address, svc:, pod: nor a name/],
      ['empty:80', /the addresses of empty were not collected/],
      ['worker/nosuch:80', /has no namespace "nosuch"/],
      ['pod:nosuch:80', /there is no pod "default\/nosuch"/],
    ];
    for (const [text, reason] of refused) assert.match(target(text), reason, text);
  });

  test('is told with its name and address', () => {
    assert.equal(
      targetTitle(all, { address: ip('10.0.0.8'), port: 80, name: undefined }, 6),
      'default/one (10.0.0.8) port 80/tcp',
    );
    assert.equal(targetTitle(all, { address: ip('8.8.8.8'), port: undefined, name: undefined }, 1), '8.8.8.8, icmp');
  });
});

suite('parts of an endpoint', () => {
  test('a port stands behind the last colon, where no address has it', () => {
    const parts = (text: string): unknown[] => [splitPort(text).host, splitPort(text).port];
    assert.deepEqual(parts('svc:ns/name:http'), ['svc:ns/name', 'http']);
    assert.deepEqual(parts('svc:ns/name'), ['svc:ns/name', undefined]);
    assert.deepEqual(parts('pod:ns/name:80'), ['pod:ns/name', '80']);
    assert.deepEqual(parts('fd00::1:80'), ['fd00::1:80', undefined], 'which is an address');
    assert.deepEqual(parts('[fd00::1]:80'), ['fd00::1', '80']);
    assert.deepEqual(parts('worker:22'), ['worker', '22']);
    assert.deepEqual(parts(''), ['', undefined]);
  });

  test('the main address of a node is that of its default route, else its first', () => {
    const of = (route: string): string | undefined => {
      const host = cluster(
        node('n', {
          'ip-addr':
            '2: a: <UP>\n    inet 10.0.0.1/24 scope global a\n3: b: <UP>\n    inet 10.0.1.1/24 scope global b\n',
          'ip-route': route,
        }),
      ).nodes[0]?.host;
      const found = host && mainAddress(host);
      return found && formatAddress(found);
    };
    assert.equal(of('default dev b\n'), '10.0.1.1');
    assert.equal(of('10.9.0.0/16 dev b\n'), '10.0.0.1');
  });

  test('protocols by name or number; TCP where none is given', () => {
    const protocol = (text: string | undefined, family: 4 | 6 = 4): unknown => {
      const result = parseTraceProtocol(text, family);
      return 'error' in result ? result.error : result.value;
    };
    assert.deepEqual([protocol(undefined), protocol('udp'), protocol('UDP'), protocol('132')], [6, 17, 17, 132]);
    assert.deepEqual([protocol('icmp', 4), protocol('icmp', 6), protocol('icmpv6', 4)], [1, 58, 1]);
    for (const text of ['nosuch', 'all', '0', '']) assert.match(String(protocol(text)), /is not a protocol/);
  });
});
