import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { formatAddress, formatSocket } from '../../../src/core/net/address';
import { objectsFromJson } from '../../../src/core/kubernetes/from-json';
import { proxiedPorts, refusedPorts } from '../../../src/core/kubernetes/kube-proxy';
import {
  mergeServices,
  portTitle,
  type RulesSource,
  type Service,
  serviceTitle,
} from '../../../src/core/kubernetes/service';
import { parseSave } from '../../../src/core/netfilter/save';

function rulesOf(version: string, node: string): RulesSource[] {
  const { tables } = parseSave(readFileSync(`test/fixtures/kube-proxy/${version}.txt`, 'utf8'), 4);
  const [nat, filter] = [tables.get('nat'), tables.get('filter')];
  const ports = [...(nat ? proxiedPorts(nat) : []), ...(filter ? refusedPorts(filter) : [])];
  return [{ node, namespace: 'host', output: 'iptables-save', ports }];
}

function told(service: Service): string {
  const ports = service.ports.map((port) => {
    const endpoints = port.endpoints.map(
      (endpoint) =>
        `${formatSocket(endpoint.address, endpoint.port)}${endpoint.expectedNode === undefined ? '' : `@${endpoint.expectedNode}`}`,
    );
    return `${portTitle(port)} → ${endpoints.join(' ') || 'none'}`;
  });
  return `${serviceTitle(service)} [${service.addresses.map(formatAddress).join(' ')}] ${ports.join('; ')}`;
}

suite('services put together', () => {
  test('from the rules of one node: one service for all of its addresses', () => {
    assert.deepEqual(mergeServices(rulesOf('1.4', 'worker'), []).map(told), [
      'default/empty [10.0.0.40] http 80/tcp → none',
      'default/sticky [10.0.0.30] http 80/tcp → 10.1.9.7:8080 10.1.9.8:8080',
      'default/web [10.0.0.20 192.0.2.9] 80/tcp → 10.1.63.3:80 10.1.9.4:80',
      'kube-system/dns [10.0.0.10] dns 53/udp → 10.1.9.2:53',
    ]);
  });

  test('from two nodes with the same rules they are the same, with evidence of both', () => {
    const both = mergeServices([...rulesOf('1.4', 'master'), ...rulesOf('1.4', 'worker')], []);
    assert.deepEqual(both.map(told), mergeServices(rulesOf('1.4', 'worker'), []).map(told));
    const web = both.find((service) => service.name === 'web');
    assert.deepEqual(
      new Set(web?.ports[0]?.endpoints[0]?.evidence.map(({ node }) => node)),
      new Set(['master', 'worker']),
    );
  });

  test('a service without comments is known by its address, until the registry names it', () => {
    const rules = rulesOf('1.30', 'n1');
    assert.ok(mergeServices(rules, []).map(told).includes('10.96.0.21 [10.96.0.21] 80/tcp → 10.244.1.9:80'));
    const objects = objectsFromJson({
      kind: 'Service',
      metadata: { name: 'quiet', namespace: 'prod' },
      spec: { clusterIP: '10.96.0.21', ports: [{ name: 'http', port: 80 }] },
    });
    assert.ok(mergeServices(rules, objects).map(told).includes('prod/quiet [10.96.0.21] http 80/tcp → 10.244.1.9:80'));
  });

  test('the registry adds where endpoints are expected, and endpoints that the rules do not have yet', () => {
    const objects = [
      { kind: 'Service', metadata: { name: 'web' }, spec: { clusterIP: '10.0.0.20', ports: [{ port: 80 }] } },
      {
        kind: 'Endpoints',
        metadata: { name: 'web' },
        subsets: [
          {
            addresses: [
              { ip: '10.1.63.3', nodeName: 'master' },
              { ip: '10.1.63.99', nodeName: 'master' },
            ],
            notReadyAddresses: [{ ip: '10.1.63.100' }],
            ports: [{ port: 80 }],
          },
        ],
      },
    ].flatMap(objectsFromJson);
    const web = mergeServices(rulesOf('1.4', 'worker'), objects).find((service) => service.name === 'web');
    assert.equal(
      web && told(web),
      'default/web [10.0.0.20 192.0.2.9] 80/tcp → 10.1.63.3:80@master 10.1.9.4:80 10.1.63.99:80@master',
    );
    assert.deepEqual(
      web?.ports[0]?.endpoints.map(({ probability }) => probability),
      [0.5, 0.5, undefined],
    );
  });

  test('the registry alone is enough', () => {
    const objects = objectsFromJson({
      kind: 'Service',
      metadata: { name: 'a', namespace: 'b' },
      spec: { clusterIP: '10.0.0.9', ports: [{ name: 'x', port: 1, protocol: 'UDP', nodePort: 30001 }] },
    });
    const [service] = mergeServices([], objects);
    assert.equal(service && told(service), 'b/a [10.0.0.9] x 1/udp → none');
    assert.equal(service?.ports[0]?.nodePort, 30001);
    assert.deepEqual(mergeServices([], []), []);
  });
});
