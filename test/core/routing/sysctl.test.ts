import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { readSysctls, sysctlName } from '../../../src/core/routing/sysctl';

suite('sysctl', () => {
  test('prints a dot in a name as a slash', () => {
    const values = readSysctls('sysctl net', readFileSync('test/fixtures/interfaces/sysctl.txt', 'utf8'));
    assert.deepEqual(values.problems, []);
    assert.deepEqual(values.get('net.ipv4.conf.flannel/1.rp_filter')?.value, '0');
    assert.equal(values.get(`net.ipv4.conf.${sysctlName('flannel.1')}.rp_filter`)?.value, '0');
    assert.equal(values.get('net.bridge.bridge-nf-call-iptables')?.value, '1');
    assert.equal(sysctlName('eth0.100.5'), 'eth0/100/5');
  });

  test('values know their line', () => {
    const values = readSysctls('sysctl net', '# a comment\n\nnet.ipv4.ip_forward = 1\nnet.ipv4.conf.all.rp_filter=2\n');
    assert.deepEqual(values.get('net.ipv4.ip_forward'), { value: '1', line: 3 });
    assert.deepEqual(values.get('net.ipv4.conf.all.rp_filter'), { value: '2', line: 4 });
    assert.equal([...values.entries()].length, 2);
  });

  test('other programs spell keys as paths', () => {
    const spellings = [
      '/proc/sys/net/ipv4/conf/flannel.1/rp_filter:1',
      'net/ipv4/conf/flannel.1/rp_filter = 1',
      'net.ipv4.conf.flannel/1.rp_filter = 1',
    ];
    for (const line of spellings)
      assert.equal(readSysctls('', `${line}\n`).get('net.ipv4.conf.flannel/1.rp_filter')?.value, '1', line);
  });

  test('the last of two values holds, and a value may be empty or have blanks', () => {
    const values = readSysctls('', 'net.a = 1\nnet.a = 2\nnet.b =\nnet.ipv4.tcp_rmem = 4096\t131072\t6291456\n');
    assert.equal(values.get('net.a')?.value, '2');
    assert.equal(values.get('net.b')?.value, '');
    assert.equal(values.get('net.ipv4.tcp_rmem')?.value, '4096\t131072\t6291456');
  });

  test('what it could not read itself is no problem of ours; other text is', () => {
    const values = readSysctls('', 'sysctl: permission denied on key "net.ipv4.x"\nnonsense here\nnet.a = 1\n');
    assert.deepEqual(
      values.problems.map(({ line }) => line),
      [2],
    );
  });
});

suite('a key that sysctl did not print', () => {
  const known = (command: string, key: string): string | undefined =>
    readSysctls(command, 'net.a = 1\n').get(key)?.value;

  test("has the kernel's default where the command asked for it", () => {
    for (const command of [
      'sysctl net',
      'sysctl -a',
      '/sbin/sysctl -a',
      'sudo -n sysctl net.ipv4',
      'sysctl -a 2>/dev/null',
      'sysctl net/ipv4',
      '',
    ])
      assert.equal(known(command, 'net.ipv4.conf.eth0.rp_filter'), '0', command);
    assert.equal(known('sysctl net', 'net.netfilter.nf_conntrack_tcp_loose'), '1');
    assert.equal(known('sysctl net', 'net.bridge.bridge-nf-call-iptables'), '0', 'br_netfilter is not loaded');
    assert.deepEqual(readSysctls('sysctl net', '').get('net.ipv4.ip_forward'), { value: '0', line: 0 });
  });

  test('is not known where it did not', () => {
    const others = [
      'sysctl net.ipv4.ip_forward',
      'sysctl net.ipv6',
      "sysctl -a -r 'ip_forward|forwarding'",
      'sysctl -a | grep forward',
      'sysctl -p /etc/sysctl.conf',
      'grep . /proc/sys/net/ipv4/conf/*/forwarding',
    ];
    for (const command of others) assert.equal(known(command, 'net.ipv4.conf.eth0.rp_filter'), undefined, command);
    assert.equal(known('sysctl net.ipv4.conf.eth0', 'net.ipv4.conf.eth0.rp_filter'), '0');
    assert.equal(known('sysctl net.ipv4.conf.eth0', 'net.ipv4.conf.eth01.rp_filter'), undefined, 'another interface');
  });

  test('is not known where nobody knows a default', () => {
    assert.equal(known('sysctl net', 'net.core.somaxconn'), undefined);
  });
});
