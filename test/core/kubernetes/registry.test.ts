import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { Message } from '../../../src/core/kubernetes/protobuf';
import { readRegistry } from '../../../src/core/kubernetes/registry';
import { parsePrefix } from '../../../src/core/net/prefix';
import { ip } from '../../support/packets';
import { etcdJson, message, registryValue } from '../../support/protobuf';

/* Field numbers of k8s.io/api, as of Kubernetes 1.30. */
const meta = (name: string, namespace?: string): Uint8Array =>
  message({ 1: name, ...(namespace !== undefined && { 3: namespace }) });
const port = (name: string, number: number, nodePort: number): Uint8Array =>
  message({ 1: name, 2: 'TCP', 3: number, 4: message({ 1: 0, 2: 8080, 3: '' }), 5: nodePort });

const SERVICE = registryValue('Service', {
  1: meta('g4', 'default'),
  2: message({
    1: [port('http', 80, 30080), message({ 1: 'dns', 2: 'UDP', 3: 53 })],
    3: '10.0.0.103',
    4: 'NodePort',
    5: '192.0.2.9',
    7: 'None',
    18: ['10.0.0.103', 'fd00:10::67'],
  }),
});
const ENDPOINTS = registryValue('Endpoints', {
  1: meta('g4', 'default'),
  2: message({
    1: message({ 1: '10.1.63.3', 2: message({ 1: 'Pod', 2: 'default', 3: 'g4-x' }), 4: 'master' }),
    2: message({ 1: '10.1.63.9' }),
    3: message({ 1: 'http', 2: 8080, 3: 'TCP' }),
  }),
});
const SLICE = registryValue('EndpointSlice', {
  1: message({
    1: 'g4-abcde',
    3: 'default',
    11: [message({ 1: 'app', 2: 'x' }), message({ 1: 'kubernetes.io/service-name', 2: 'g4' })],
  }),
  2: [
    message({ 1: '10.1.63.3', 2: message({ 1: 1 }), 4: message({ 1: 'Pod', 3: 'g4-x' }), 6: 'master' }),
    message({ 1: '10.1.63.4', 2: message({ 1: 0 }), 6: 'worker' }),
    message({ 1: '10.1.63.5', 2: message({}) }),
  ],
  3: message({ 1: 'http', 2: 'TCP', 3: 8080 }),
  4: 'IPv4',
});
const POD = registryValue('Pod', {
  1: meta('g4-x', 'default'),
  2: message({ 10: 'master', 11: 1 }),
  3: message({ 5: '192.168.199.238', 6: '10.1.63.3', 12: [message({ 1: '10.1.63.3' }), message({ 1: 'fd00::3' })] }),
});
const NODE = registryValue('Node', {
  1: message({ 1: 'master', 12: [message({ 1: 'flannel.alpha.coreos.com/backend-type', 2: 'vxlan' })] }),
  2: message({ 1: '10.1.63.0/24', 7: ['10.1.63.0/24', 'fd00:63::/64'] }),
  3: message({ 5: [message({ 1: 'InternalIP', 2: '192.168.199.238' }), message({ 1: 'Hostname', 2: 'master' })] }),
});

suite('a protobuf message', () => {
  test('is read by field number; unknown fields are passed over by their wire type', () => {
    // 1: varint 300 (0xac 0x02); 9: 64 bits; 10: 32 bits; 2: text; 2: text again.
    const read = new Message(
      Uint8Array.from([8, 0xac, 2, 0x49, 1, 2, 3, 4, 5, 6, 7, 8, 0x55, 1, 2, 3, 4, 0x12, 1, 65, 0x12, 2, 66, 67]),
    );
    assert.equal(read.number(1), 300);
    assert.equal(read.text(2), 'A');
    assert.deepEqual(read.texts(2), ['A', 'BC']);
    assert.equal(read.number(9), undefined);
    assert.equal(read.text(99), '');
  });

  test('what is encoded is read back', () => {
    fc.assert(
      fc.property(fc.nat(), fc.string(), fc.uint8Array({ maxLength: 300 }), (number, text, bytes) => {
        const read = new Message(message({ 1: number, 2: text, 3: message({ 4: bytes }), 16: [text, 'x'] }));
        assert.equal(read.number(1), number);
        assert.equal(read.text(2), text);
        assert.deepEqual([...read.message(3).bytes(4)], [...bytes]);
        assert.deepEqual(read.texts(16), [text, 'x']);
      }),
    );
  });

  test('any bytes are some message, and nothing is thrown', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        assert.ok(new Message(bytes).messages(1).length <= bytes.length);
      }),
    );
  });
});

suite('the registry of Kubernetes', () => {
  const read = (value: Uint8Array | string): unknown => readRegistry(etcdJson({ '/registry/x': value })).objects[0];

  test('a service', () => {
    assert.deepEqual(read(SERVICE), {
      kind: 'Service',
      namespace: 'default',
      name: 'g4',
      clusterIps: [ip('10.0.0.103'), ip('fd00:10::67')],
      type: 'NodePort',
      ports: [
        { name: 'http', protocol: 6, port: 80, nodePort: 30080 },
        { name: 'dns', protocol: 17, port: 53, nodePort: undefined },
      ],
      externalIps: [ip('192.0.2.9')],
    });
  });

  test('endpoints, of both kinds: their ports are numbered differently', () => {
    const common = { portName: 'http', protocol: 6, port: 8080 };
    assert.deepEqual(read(ENDPOINTS), {
      kind: 'Endpoints',
      namespace: 'default',
      name: 'g4',
      endpoints: [
        { ...common, address: ip('10.1.63.3'), node: 'master', pod: 'g4-x', ready: true },
        { ...common, address: ip('10.1.63.9'), node: undefined, pod: undefined, ready: false },
      ],
    });
    assert.deepEqual(read(SLICE), {
      kind: 'Endpoints',
      namespace: 'default',
      name: 'g4',
      endpoints: [
        { ...common, address: ip('10.1.63.3'), node: 'master', pod: 'g4-x', ready: true },
        { ...common, address: ip('10.1.63.4'), node: 'worker', pod: undefined, ready: false },
        { ...common, address: ip('10.1.63.5'), node: undefined, pod: undefined, ready: true },
      ],
    });
  });

  test('a pod and a node', () => {
    assert.deepEqual(read(POD), {
      kind: 'Pod',
      namespace: 'default',
      name: 'g4-x',
      addresses: [ip('10.1.63.3'), ip('fd00::3')],
      node: 'master',
      hostNetwork: true,
    });
    assert.deepEqual(read(NODE), {
      kind: 'Node',
      name: 'master',
      addresses: [ip('192.168.199.238')],
      podCidrs: [parsePrefix('10.1.63.0/24'), parsePrefix('fd00:63::/64')],
      flannel: new Map([['backend-type', 'vxlan']]),
    });
  });

  test('other kinds are passed over', () => {
    assert.deepEqual(
      readRegistry(etcdJson({ '/a': registryValue('Secret', { 1: meta('x') }), '/b': '{"kind":"Lease"}' })),
      { objects: [], encrypted: 0 },
    );
  });

  test('values up to Kubernetes 1.5 are JSON', () => {
    const json = JSON.stringify({
      kind: 'Service',
      apiVersion: 'v1',
      metadata: { name: 'g4', namespace: 'default' },
      spec: {
        ports: [{ protocol: 'TCP', port: 80, targetPort: 80 }],
        clusterIP: '10.0.0.103',
        type: 'ClusterIP',
        sessionAffinity: 'None',
      },
    });
    const expected = {
      kind: 'Service',
      namespace: 'default',
      name: 'g4',
      clusterIps: [ip('10.0.0.103')],
      type: 'ClusterIP',
      ports: [{ name: '', protocol: 6, port: 80, nodePort: undefined }],
      externalIps: [],
    };
    assert.deepEqual(read(json), expected);
    assert.deepEqual(
      readRegistry(`/registry/services/specs/default/g4\n${json}\n`).objects,
      [expected],
      'as etcdctl prints it',
    );
  });

  test('encrypted values are counted', () => {
    const registry = readRegistry(
      etcdJson({ '/a': 'k8s:enc:aescbc:v1:key1:\u0001\u0002', '/b': POD, '/c': 'k8s:enc:kms:v2:x' }),
    );
    assert.equal(registry.encrypted, 2);
    assert.equal(registry.objects.length, 1);
  });

  test('a value that is cut off is less, or nothing, and never an exception', () => {
    for (const value of [SERVICE, ENDPOINTS, SLICE, POD, NODE])
      for (let at = 0; at < value.length; at++) {
        const { objects, encrypted } = readRegistry(etcdJson({ '/x': value.subarray(0, at) }));
        assert.ok(objects.length <= 1 && encrypted === 0);
      }
  });

  test('a value with flipped bytes is some object, or nothing, and never an exception', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(SERVICE, ENDPOINTS, SLICE, POD, NODE),
        fc.nat(),
        fc.nat({ max: 255 }),
        (value, at, byte) => {
          const damaged = Uint8Array.from(value);
          damaged[at % damaged.length] = byte;
          assert.ok(readRegistry(etcdJson({ '/x': damaged })).objects.length <= 1);
        },
      ),
    );
  });
});
