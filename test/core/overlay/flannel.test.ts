import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { formatAddress } from '../../../src/core/net/address';
import { formatPrefix } from '../../../src/core/net/prefix';
import { type FlannelState, readFlannelEtcd, readSubnetEnv } from '../../../src/core/overlay/flannel';

/** Printed by etcd 3.4.23 with both APIs on. */
function fixture(name: string): FlannelState {
  return readFlannelEtcd(readFileSync(`test/fixtures/etcd/${name}.txt`, 'utf8'));
}

function config({ config: found }: FlannelState): unknown[] {
  assert.ok(found);
  return [found.network && formatPrefix(found.network), found.backend, found.port];
}

function leases({ leases: found }: FlannelState): string[] {
  return found.map(
    ({ subnet, publicIp, backend, vtepMac }) =>
      `${formatPrefix(subnet)} ${formatAddress(publicIp)} ${backend ?? '-'} ${vtepMac ?? '-'}`,
  );
}

suite("flannel's keys in etcd", () => {
  const vxlan = [
    '10.1.63.0/24 192.168.199.238 vxlan 5a:0f:a4:2c:31:01',
    '10.1.9.0/24 192.168.1.12 vxlan 5a:0f:a4:2c:31:02',
  ];

  test('in every form of the v3 API', () => {
    for (const form of ['v3-prefix', 'v3-prefix-json', 'v3-prefix-fields', 'v3-gateway-json']) {
      assert.deepEqual(config(fixture(form)), ['10.1.0.0/16', 'vxlan', undefined], form);
      assert.deepEqual(leases(fixture(form)), vxlan, form);
    }
  });

  test('in every form of the v2 API', () => {
    for (const form of ['v2-get', 'v2-get-json', 'v2-get-extended', 'v2-keys-json'])
      assert.deepEqual(config(fixture(form)), ['10.1.0.0/16', 'udp', 8286], form);
    assert.deepEqual(config(fixture('v2-get-pretty')), ['10.1.0.0/16', 'vxlan', undefined]);
    assert.deepEqual(leases(fixture('v2-keys-json')), [
      '10.1.63.0/24 192.168.199.238 - -',
      '10.1.9.0/24 192.168.1.12 - -',
    ]);
  });

  test('the bare value of the founding document', () => {
    const state = readFlannelEtcd('{ "Network": "10.1.0.0/16", "Backend": { "Type": "udp" } }\n');
    assert.deepEqual(config(state), ['10.1.0.0/16', 'udp', undefined]);
    assert.deepEqual(state.leases, []);
    assert.equal(state.config?.line, 1);
  });

  test('without a backend it is udp, and names are read in any case', () => {
    assert.deepEqual(config(readFlannelEtcd('{"network":"10.2.0.0/16"}')), ['10.2.0.0/16', 'udp', undefined]);
    assert.deepEqual(config(readFlannelEtcd('{"NETWORK":"10.2.0.0/16","backend":{"type":"host-gw","port":"x"}}')), [
      '10.2.0.0/16',
      'host-gw',
      undefined,
    ]);
  });

  test('of two families a lease is that of IPv4', () => {
    const state = readFlannelEtcd(
      '/coreos.com/network/subnets/10.1.5.0-24&fd00:5::-64\n{"PublicIP":"192.168.1.5","PublicIPv6":"fd00::5"}\n',
    );
    assert.deepEqual(leases(state), ['10.1.5.0/24 192.168.1.5 - -']);
  });

  test('leases know their line', () => {
    assert.deepEqual(
      fixture('v3-prefix').leases.map(({ line }) => line),
      [12, 14],
    );
  });

  test('what is damaged is nothing', () => {
    for (const text of [
      '',
      'Error: context deadline exceeded',
      '{"Network":',
      '{"Network":5}',
      '/x/subnets/10.1.5.0-99\n{"PublicIP":"1.1.1.1"}\n',
      '/x/subnets/10.1.5.0-24\n{"PublicIP":"nobody"}\n',
      '/x/subnets/10.1.5.0-24\n[1]\n',
    ])
      assert.deepEqual(leases(readFlannelEtcd(text)), [], text);
    assert.deepEqual(config(readFlannelEtcd('{"Network":5,"Backend":"vxlan"}')), [undefined, 'udp', undefined]);
  });
});

suite('subnet.env', () => {
  test("is a node's own subnet", () => {
    const env = readSubnetEnv(
      'FLANNEL_NETWORK=10.1.0.0/16\nFLANNEL_SUBNET=10.1.63.1/24\nFLANNEL_MTU=1472\nFLANNEL_IPMASQ=true\n',
    );
    assert.equal(env.network && formatPrefix(env.network), '10.1.0.0/16');
    assert.equal(env.subnet && formatPrefix(env.subnet), '10.1.63.0/24');
    assert.equal(env.mtu, 1472);
    assert.equal(env.masquerade, true);
  });

  test('may be exported and quoted, or lack what it lacks', () => {
    const env = readSubnetEnv('# x\nexport FLANNEL_SUBNET="10.1.9.1/24"\nFLANNEL_IPMASQ=false\n');
    assert.equal(env.subnet && formatPrefix(env.subnet), '10.1.9.0/24');
    assert.equal(env.masquerade, false);
    assert.equal(env.network, undefined);
    assert.equal(env.mtu, undefined);
    assert.deepEqual(readSubnetEnv(''), {
      network: undefined,
      subnet: undefined,
      mtu: undefined,
      masquerade: undefined,
    });
  });
});
