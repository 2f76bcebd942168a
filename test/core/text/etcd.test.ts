import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { decodeText, jsonOf, type KeyValue, readEtcd } from '../../../src/core/text/etcd';

/** Printed by etcd 3.4.23 with both APIs on. */
function fixture(name: string): KeyValue[] {
  return readEtcd(readFileSync(`test/fixtures/etcd/${name}.txt`, 'utf8'));
}

function keys(found: readonly KeyValue[]): string[] {
  return found.map(({ key }) => key);
}

const ALL = [
  '/coreos.com/network/config',
  '/coreos.com/network/subnets/10.1.63.0-24',
  '/coreos.com/network/subnets/10.1.9.0-24',
];

suite('what etcd prints', () => {
  test('keys and values in every form of the v3 API', () => {
    for (const form of ['v3-prefix', 'v3-prefix-json', 'v3-prefix-fields', 'v3-gateway-json']) {
      const found = fixture(form);
      assert.deepEqual(keys(found), ALL, form);
      assert.deepEqual(
        found.map(({ value }) => jsonOf(value)),
        [
          { Network: '10.1.0.0/16', SubnetLen: 24, Backend: { Type: 'vxlan', VNI: 1 } },
          { PublicIP: '192.168.199.238', BackendType: 'vxlan', BackendData: { VNI: 1, VtepMAC: '5a:0f:a4:2c:31:01' } },
          { PublicIP: '192.168.1.12', BackendType: 'vxlan', BackendData: { VNI: 1, VtepMAC: '5a:0f:a4:2c:31:02' } },
        ],
        form,
      );
    }
  });

  test('of the v2 API: a value alone has no key, the others have theirs', () => {
    const config = { Network: '10.1.0.0/16', Backend: { Type: 'udp', Port: 8286 } };
    for (const [form, key] of [
      ['v2-get', ''],
      ['v2-get-extended', ALL[0]],
      ['v2-get-json', ALL[0]],
    ] as const) {
      const [found, ...others] = fixture(form);
      assert.ok(found && others.length === 0, form);
      assert.equal(found.key, key, form);
      assert.deepEqual(jsonOf(found.value), config, form);
    }
    assert.deepEqual(keys(fixture('v2-keys-json')), ALL);
    assert.equal(decodeText(fixture('v2-keys-json')[2]!.value), '{"PublicIP":"192.168.1.12"}');
  });

  test('a value of several lines is one value', () => {
    const [pretty, ...others] = fixture('v2-get-pretty');
    assert.equal(others.length, 0);
    assert.deepEqual(jsonOf(pretty!.value), {
      Network: '10.1.0.0/16',
      SubnetLen: 24,
      Backend: { Type: 'vxlan', VNI: 1 },
    });
    assert.equal(fixture('v3-values-only').length, 3);
  });

  test('values are told with the line where they begin', () => {
    assert.deepEqual(
      fixture('v3-prefix').map(({ line }) => line),
      [2, 12, 14],
    );
  });

  test('keys without values are nothing to know', () => {
    for (const form of ['v3-keys-only', 'v2-ls']) assert.deepEqual(fixture(form), [], form);
    assert.equal(jsonOf(fixture('v3-nothing-json')[0]!.value)?.['kvs'], undefined);
  });

  test('a value that is cut off ends at the next key', () => {
    const found = readEtcd('/a\n{"x": {\n/b\n{"y":1}\n');
    assert.deepEqual(keys(found), ['/a', '/b']);
    assert.equal(jsonOf(found[0]!.value), undefined);
    assert.deepEqual(jsonOf(found[1]!.value), { y: 1 });
  });

  test('braces inside strings count for nothing', () => {
    const found = readEtcd('/a\n{\n "x": "{\\"}{"\n}\n/b\n{"y":1}\n');
    assert.deepEqual(
      found.map(({ value }) => jsonOf(value)),
      [{ x: '{"}{' }, { y: 1 }],
    );
  });

  test('bytes of a v3 value survive, whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const text = JSON.stringify({ kvs: [{ key: btoa('/k'), value: Buffer.from(bytes).toString('base64') }] });
        assert.deepEqual([...readEtcd(text)[0]!.value], [...bytes]);
      }),
    );
  });

  test('base64 that is none is an empty value', () => {
    assert.deepEqual(readEtcd('{"kvs":[{"key":"L2s=","value":"*"}]}'), [
      { key: '/k', value: new Uint8Array(), line: 1 },
    ]);
  });
});
