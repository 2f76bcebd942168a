import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { isBridge, isContainerBridge, isFlannelUdp, isOverlay, isVxlan } from '../../../src/core/overlay/device';
import { type Interface, UNSPECIFIED } from '../../../src/core/routing/interface';

function device(name: string, more: Partial<Interface> = {}): Interface {
  return { ...UNSPECIFIED, name, line: 1, ...more };
}

suite('what an interface is for', () => {
  test('a tunnel is known by its kind, or where that is not known by its name', () => {
    const tunnels = [
      device('flannel0'),
      device('flannel.1'),
      device('flannel-wg'),
      device('tunl0'),
      device('wg0'),
      device('x', { kind: 'geneve' }),
      device('vxlan.calico'),
    ];
    for (const one of tunnels) assert.ok(isOverlay(one), one.name);
    for (const one of [device('eth0'), device('docker0'), device('veth1', { kind: 'veth' }), device('flannelx')])
      assert.ok(!isOverlay(one), one.name);
  });

  test("flannel's backends are told apart by the device", () => {
    assert.ok(isFlannelUdp(device('flannel0')) && isFlannelUdp(device('flannel0', { kind: 'tun' })));
    assert.ok(!isFlannelUdp(device('flannel.1')) && !isFlannelUdp(device('flannel0', { kind: 'vxlan' })));
    assert.ok(isVxlan(device('flannel.1')) && isVxlan(device('any', { kind: 'vxlan' })));
    assert.ok(!isVxlan(device('flannel0')) && !isVxlan(device('flannel.1', { kind: 'tun' })));
  });

  test('a bridge for containers is known by its name, or by having ports of containers alone', () => {
    for (const name of ['docker0', 'cni0', 'cbr0', 'br-0123456789ab', 'docker_gwbridge', 'virbr0'])
      assert.ok(isContainerBridge(device(name), []), name);
    const bridge = device('lan', { kind: 'bridge' });
    const wire = device('eth0', { master: 'lan' });
    const pod = device('veth1', { kind: 'veth', master: 'lan' });
    assert.ok(isContainerBridge(bridge, [bridge, pod]));
    assert.ok(!isContainerBridge(bridge, [bridge, pod, wire]), 'it leads to the wire');
    assert.ok(!isContainerBridge(device('br0'), []), 'no kind is known');
    assert.ok(!isContainerBridge(device('br-lan'), []));
  });

  test('a bridge is known by its kind, its name or its ports', () => {
    assert.ok(isBridge(device('br0', { kind: 'bridge' }), []));
    assert.ok(isBridge(device('docker0'), []));
    assert.ok(isBridge(device('br0'), [device('eth0', { master: 'br0' })]));
    assert.ok(!isBridge(device('eth0'), []));
  });
});
