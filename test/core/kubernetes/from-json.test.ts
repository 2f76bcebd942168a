import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { objectsFromJson } from '../../../src/core/kubernetes/from-json';
import { isObject } from '../../../src/core/text/json';
import { parsePrefix } from '../../../src/core/net/prefix';
import { ip } from '../../support/packets';

suite('objects of the Kubernetes API in JSON', () => {
  test('a list, whose items may lack their kind', () => {
    const items = [
      { metadata: { name: 'a' }, spec: { clusterIP: 'None' } },
      { kind: 'Pod', metadata: { name: 'b' }, status: { podIP: '10.1.1.1' } },
    ];
    assert.deepEqual(
      objectsFromJson({ kind: 'ServiceList', items }).map((object) => [object.kind, object.name]),
      [
        ['Service', 'a'],
        ['Pod', 'b'],
      ],
    );
    assert.deepEqual(
      objectsFromJson({ kind: 'List', items }).map(({ name }) => name),
      ['b'],
    );
  });

  test('a service of today, and a headless one', () => {
    assert.deepEqual(
      objectsFromJson({
        kind: 'Service',
        metadata: { name: 'web', namespace: 'prod' },
        spec: {
          clusterIP: '10.96.0.20',
          clusterIPs: ['10.96.0.20', 'fd00:10::20'],
          externalIPs: ['192.0.2.9'],
          type: 'LoadBalancer',
          ports: [
            { name: 'http', port: 80, targetPort: 'http', nodePort: 31080, protocol: 'TCP' },
            { port: 53, protocol: 'UDP' },
          ],
        },
      }),
      [
        {
          kind: 'Service',
          namespace: 'prod',
          name: 'web',
          clusterIps: [ip('10.96.0.20'), ip('fd00:10::20')],
          type: 'LoadBalancer',
          ports: [
            { name: 'http', protocol: 6, port: 80, nodePort: 31080 },
            { name: '', protocol: 17, port: 53, nodePort: undefined },
          ],
          externalIps: [ip('192.0.2.9')],
        },
      ],
    );
    const [headless] = objectsFromJson({
      kind: 'Service',
      metadata: { name: 'db' },
      spec: { clusterIP: 'None', clusterIPs: ['None'] },
    });
    assert.ok(headless?.kind === 'Service' && headless.clusterIps.length === 0 && headless.namespace === 'default');
  });

  test('endpoints with their pods, ready or not', () => {
    const [endpoints] = objectsFromJson({
      kind: 'Endpoints',
      metadata: { name: 'web', namespace: 'prod' },
      subsets: [
        {
          addresses: [{ ip: '10.1.1.1', nodeName: 'n1', targetRef: { kind: 'Pod', name: 'p1' } }],
          notReadyAddresses: [{ ip: '10.1.1.2' }],
          ports: [
            { name: 'http', port: 8080 },
            { name: 'metrics', port: 9090, protocol: 'TCP' },
          ],
        },
      ],
    });
    assert.ok(endpoints?.kind === 'Endpoints');
    assert.deepEqual(
      endpoints.endpoints.map(({ address, portName, port, node, pod, ready }) => [
        address.value === ip('10.1.1.1').value,
        portName,
        port,
        node,
        pod,
        ready,
      ]),
      [
        [true, 'http', 8080, 'n1', 'p1', true],
        [true, 'metrics', 9090, 'n1', 'p1', true],
        [false, 'http', 8080, undefined, undefined, false],
        [false, 'metrics', 9090, undefined, undefined, false],
      ],
    );
  });

  test('endpoint slices belong to the service that their label names', () => {
    const [slice] = objectsFromJson({
      kind: 'EndpointSlice',
      metadata: { name: 'web-abcde', namespace: 'prod', labels: { 'kubernetes.io/service-name': 'web' } },
      endpoints: [
        { addresses: ['10.1.1.1'], conditions: { ready: true }, nodeName: 'n1' },
        { addresses: ['10.1.1.2'], conditions: { ready: false } },
        { addresses: ['10.1.1.3'] },
      ],
      ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    });
    assert.ok(slice?.kind === 'Endpoints' && slice.name === 'web');
    assert.deepEqual(
      slice.endpoints.map(({ ready }) => ready),
      [true, false, true],
      'ready unless it is said not to be',
    );
  });

  test('pods and nodes', () => {
    assert.deepEqual(
      objectsFromJson({
        kind: 'Pod',
        metadata: { name: 'p', namespace: 'x' },
        spec: { nodeName: 'n1', hostNetwork: true },
        status: { podIP: '10.1.1.1', podIPs: [{ ip: '10.1.1.1' }, { ip: 'fd00::1' }] },
      }),
      [
        {
          kind: 'Pod',
          namespace: 'x',
          name: 'p',
          addresses: [ip('10.1.1.1'), ip('fd00::1')],
          node: 'n1',
          hostNetwork: true,
        },
      ],
    );
    assert.deepEqual(
      objectsFromJson({
        kind: 'Node',
        metadata: {
          name: 'n1',
          annotations: { 'flannel.alpha.coreos.com/public-ip': '192.168.1.1', 'node.alpha.kubernetes.io/ttl': '0' },
        },
        spec: { podCIDR: '10.1.1.0/24', podCIDRs: ['10.1.1.0/24'] },
        status: {
          addresses: [
            { type: 'InternalIP', address: '192.168.1.1' },
            { type: 'Hostname', address: 'n1' },
          ],
        },
      }),
      [
        {
          kind: 'Node',
          name: 'n1',
          addresses: [ip('192.168.1.1')],
          podCidrs: [parsePrefix('10.1.1.0/24')],
          flannel: new Map([['public-ip', '192.168.1.1']]),
        },
      ],
    );
  });

  test('any JSON is some objects, or none, and never an exception', () => {
    const kinds = fc.constantFrom('Service', 'Endpoints', 'EndpointSlice', 'Pod', 'Node', 'List');
    const part = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.array(
        fc.dictionary(fc.constantFrom('ip', 'addresses', 'ports', 'name', 'port', 'ip'), fc.jsonValue({ maxDepth: 2 })),
      ),
    );
    fc.assert(
      fc.property(kinds, part, part, part, (kind, metadata, spec, rest) => {
        const value: unknown = JSON.parse(
          JSON.stringify({
            kind,
            metadata,
            spec,
            status: rest,
            subsets: rest,
            endpoints: rest,
            ports: spec,
            items: metadata,
          }),
        );
        assert.ok(isObject(value) && Array.isArray(objectsFromJson(value)));
      }),
    );
  });
});
