import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { parsePrefix } from '../../../../src/core/net/prefix';
import { isTarget } from '../../../../src/core/netfilter/targets/read';
import { ip } from '../../../support/packets';
import { action } from '../../../support/rules';

function range(from: string, to = from): { from: ReturnType<typeof ip>; to: ReturnType<typeof ip> } {
  return { from: ip(from), to: ip(to) };
}

suite('what a rule does', () => {
  test('verdicts, jumps, and nothing but counting', () => {
    assert.deepEqual(action('-j ACCEPT'), { kind: 'accept' });
    assert.deepEqual(action('-j DROP'), { kind: 'drop' });
    assert.deepEqual(action('-j RETURN'), { kind: 'return' });
    assert.deepEqual(action('-s 10.0.0.1'), { kind: 'continue', target: undefined });
    assert.deepEqual(action('-j KUBE-SERVICES'), { kind: 'call', chain: 'KUBE-SERVICES' });
    assert.deepEqual(action('-g KUBE-SERVICES'), { kind: 'goto', chain: 'KUBE-SERVICES' });
    assert.deepEqual(action('-j __proto__'), { kind: 'call', chain: '__proto__' });
  });

  test('names of targets are told from names of chains', () => {
    assert.ok(isTarget('MASQUERADE'));
    for (const chain of ['masquerade', 'DOCKER', 'constructor', '']) assert.ok(!isTarget(chain), chain);
  });

  test('REJECT says how; without --reject-with it is port-unreachable', () => {
    assert.deepEqual(action('-j REJECT'), { kind: 'reject', with: 'icmp-port-unreachable' });
    assert.deepEqual(action('-p tcp -j REJECT --reject-with tcp-reset'), { kind: 'reject', with: 'tcp-reset' });
  });

  test('targets that leave the way of the packet alone', () => {
    for (const target of [
      'LOG --log-prefix "x "',
      'NFLOG --nflog-group 1',
      'TCPMSS --clamp-mss-to-pmtu',
      'CHECKSUM --checksum-fill',
      'TRACE',
      'SET --add-set x src',
      'TEE --gateway 10.0.0.1',
      'CLASSIFY --set-class 1:2',
    ])
      assert.deepEqual(action(`-j ${target}`), { kind: 'continue', target: target.split(' ')[0] });
  });

  test('a target that is not simulated is said to be', () => {
    for (const target of [
      'NFQUEUE --queue-num 1',
      'QUEUE',
      'SYNPROXY --mss 1460',
      'CLUSTERIP --new',
      'HMARK --hmark-mod 2',
    ])
      assert.deepEqual(action(`-j ${target}`), { kind: 'unknown', target: target.split(' ')[0] });
  });
});

suite('NAT', () => {
  test('DNAT to an address, a range, a port, ports, or a port alone', () => {
    assert.deepEqual(action('-p tcp -j DNAT --to-destination 10.1.63.3:80'), {
      kind: 'dnat',
      range: { random: false, addresses: range('10.1.63.3'), ports: { from: 80, to: 80 } },
    });
    assert.deepEqual(action('-j DNAT --to-destination 10.1.63.3'), {
      kind: 'dnat',
      range: { random: false, addresses: range('10.1.63.3') },
    });
    assert.deepEqual(action('-j DNAT --to-destination 10.0.0.1-10.0.0.9 --persistent'), {
      kind: 'dnat',
      range: { random: false, addresses: range('10.0.0.1', '10.0.0.9') },
    });
    assert.deepEqual(action('-p tcp -j DNAT --to-destination :8080 --random'), {
      kind: 'dnat',
      range: { random: true, ports: { from: 8080, to: 8080 } },
    });
    assert.deepEqual(action('-p tcp -j DNAT --to-destination 10.0.0.1:80-90/1080'), {
      kind: 'dnat',
      range: { random: false, addresses: range('10.0.0.1'), ports: { from: 80, to: 90 }, basePort: 1080 },
    });
    assert.deepEqual(action('-p tcp -j DNAT --to-destination 10.0.0.1:ftp-data'), {
      kind: 'dnat',
      range: { random: false, addresses: range('10.0.0.1'), ports: { from: 20, to: 20 } },
    });
  });

  test('of IPv6 has brackets where it has a port', () => {
    assert.deepEqual(action('-p tcp -j DNAT --to-destination [fd00::1]:80', 6), {
      kind: 'dnat',
      range: { random: false, addresses: range('fd00::1'), ports: { from: 80, to: 80 } },
    });
    assert.deepEqual(action('-j DNAT --to-destination fd00::1', 6), {
      kind: 'dnat',
      range: { random: false, addresses: range('fd00::1') },
    });
    assert.deepEqual(action('-p tcp -j SNAT --to-source [fd00::1-fd00::9]:1024-2048', 6), {
      kind: 'snat',
      range: { random: false, addresses: range('fd00::1', 'fd00::9'), ports: { from: 1024, to: 2048 } },
    });
    assert.deepEqual(action('-j SNAT --to-source fd00::1-fd00::9', 6), {
      kind: 'snat',
      range: { random: false, addresses: range('fd00::1', 'fd00::9') },
    });
  });

  test('SNAT, MASQUERADE, REDIRECT, NETMAP', () => {
    assert.deepEqual(action('-p tcp -j SNAT --to-source 10.0.0.1:1024-2048 --random-fully'), {
      kind: 'snat',
      range: { random: true, addresses: range('10.0.0.1'), ports: { from: 1024, to: 2048 } },
    });
    assert.deepEqual(action('-j MASQUERADE'), { kind: 'masquerade', ports: undefined, random: false });
    assert.deepEqual(action('-p tcp -j MASQUERADE --to-ports 1024-31000 --random-fully'), {
      kind: 'masquerade',
      ports: { from: 1024, to: 31000 },
      random: true,
    });
    assert.deepEqual(action('-p tcp -j REDIRECT --to-ports 80'), {
      kind: 'redirect',
      ports: { from: 80, to: 80 },
      random: false,
    });
    assert.deepEqual(action('-j NETMAP --to 10.8.0.0/16'), { kind: 'netmap', prefix: parsePrefix('10.8.0.0/16') });
  });

  test('that cannot be read is not known, and does not go unnoticed', () => {
    for (const body of [
      '-j DNAT',
      '-j DNAT --to-destination nosuch',
      '-j DNAT --to-destination 10.0.0.1:x',
      '-j SNAT --to-source 10.0.0.1-x',
      '-j NETMAP --to x',
      '-j REDIRECT --to-ports x',
      '-j DNAT --to-destination 10.0.0.1:1-2/x',
    ])
      assert.equal(action(body).kind, 'unknown', body);
  });
});

/** What the kernel makes of a mark: (mark & ~clear) ^ toggle (net/netfilter/xt_mark.c). */
function marked(body: string, before: number): number {
  const found = action(body);
  assert.ok(found.kind === 'mark' || found.kind === 'set-connmark', body);
  return ((before & ~found.clear) ^ found.toggle) >>> 0;
}

suite('marks', () => {
  /** Spellings, with the form in which iptables 1.8.9 saves them. */
  const spellings: readonly (readonly [typed: string, saved: string])[] = [
    ['--set-mark 1', '--set-xmark 0x1/0xffffffff'],
    ['--or-mark 0x4000', '--set-xmark 0x4000/0x4000'],
    ['--xor-mark 0x4000', '--set-xmark 0x4000/0x0'],
    ['--and-mark 0xffff', '--set-xmark 0x0/0xffff0000'],
    ['--set-mark 0x10/0xf0', '--set-xmark 0x10/0xf0'],
  ];

  test('typed and saved spellings do the same to any mark', () => {
    fc.assert(
      fc.property(fc.nat({ max: 0xffff_ffff }), (before) => {
        for (const [typed, saved] of spellings)
          for (const target of ['MARK', 'CONNMARK'])
            if (target === 'MARK' || !typed.startsWith('--and'))
              assert.equal(
                marked(`-j ${target} ${typed}`, before),
                marked(`-j ${target} ${saved}`, before),
                `${typed} of ${before}`,
              );
      }),
    );
  });

  test('do what their names say', () => {
    assert.equal(marked('-j MARK --set-mark 5', 0xff), 5);
    assert.equal(marked('-j MARK --or-mark 0x4000', 0x1), 0x4001);
    assert.equal(marked('-j MARK --and-mark 0xff', 0x1ff), 0xff);
    assert.equal(marked('-j MARK --xor-mark 0x4000', 0x4001), 1);
    assert.equal(marked('-j MARK --set-xmark 0x80000000/0x80000000', 1), 0x8000_0001);
    assert.equal(marked('-j MARK --set-mark 0x3/0x1', 0xf0), 0xf3, 'the value is set outside of the mask too');
  });

  test('of connections are saved and restored, under masks', () => {
    assert.deepEqual(action('-j CONNMARK --save-mark --nfmask 0xff --ctmask 0xff00'), {
      kind: 'save-connmark',
      nfmask: 0xff,
      ctmask: 0xff00,
    });
    assert.deepEqual(action('-j CONNMARK --restore-mark --mask 0x1'), {
      kind: 'restore-connmark',
      nfmask: 1,
      ctmask: 1,
    });
    assert.deepEqual(action('-j CONNMARK --restore-mark'), {
      kind: 'restore-connmark',
      nfmask: 0xffff_ffff,
      ctmask: 0xffff_ffff,
    });
    assert.deepEqual(action('-j CONNMARK --set-xmark 0x1/0xff'), { kind: 'set-connmark', clear: 0xff, toggle: 1 });
    assert.equal(action('-j CONNMARK --save-mark --left-shift-mark 3').kind, 'unknown');
  });
});

suite('other targets that the tracer follows', () => {
  test('CT and NOTRACK', () => {
    assert.deepEqual(action('-j NOTRACK'), { kind: 'notrack' });
    assert.deepEqual(action('-j CT --notrack'), { kind: 'notrack' });
    assert.deepEqual(action('-j CT --zone 5'), { kind: 'zone', zone: 5, side: 'both' });
    assert.deepEqual(action('-j CT --zone-orig 5'), { kind: 'zone', zone: 5, side: 'original' });
    assert.deepEqual(action('-j CT --zone-reply 0x6'), { kind: 'zone', zone: 6, side: 'reply' });
    assert.deepEqual(action('-j CT --helper ftp'), { kind: 'continue', target: 'CT' });
    assert.deepEqual(action('-j CT --zone mark'), { kind: 'unknown', target: 'CT' }, 'the zone is taken from the mark');
  });

  test('DSCP and TOS, TTL and HL', () => {
    assert.deepEqual(action('-j DSCP --set-dscp 0x2e'), { kind: 'dscp', value: 46 });
    assert.deepEqual(action('-j DSCP --set-dscp-class EF'), { kind: 'dscp', value: 46 });
    assert.deepEqual(action('-j TOS --set-tos 0xb8/0xff'), { kind: 'dscp', value: 46 });
    assert.deepEqual(action('-j TTL --ttl-set 65'), { kind: 'ttl', change: 'set', value: 65 });
    assert.deepEqual(action('-j TTL --ttl-dec 1'), { kind: 'ttl', change: 'decrease', value: 1 });
    assert.deepEqual(action('-j HL --hl-inc 1', 6), { kind: 'ttl', change: 'increase', value: 1 });
  });

  test('TPROXY names a socket, and its mark', () => {
    assert.deepEqual(action('-p tcp -j TPROXY --on-port 15001 --tproxy-mark 0x1/0x1'), {
      kind: 'tproxy',
      address: undefined,
      port: 15001,
      clear: 1,
      toggle: 1,
    });
    assert.deepEqual(action('-p tcp -j TPROXY --on-port 0 --on-ip 127.0.0.1 --tproxy-mark 0x539/0xffffffff'), {
      kind: 'tproxy',
      address: { family: 4, value: 0x7f00_0001n },
      port: 0,
      clear: 0xffff_ffff,
      toggle: 0x539,
    });
  });
});
