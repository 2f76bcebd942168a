import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Operation } from '../../../src/core/plan/operation';
import { whyRefused } from '../../../src/nodes/apply/why-refused';
import { ALL, DROP_SSH, ETCD, FILES, MASQUERADE, POLICY, ROUTE, SYSCTLS, TABLE } from './operations';

const [SYSCTL = assert.fail()] = SYSCTLS;
const [FILE = assert.fail()] = FILES;
const [KEY = assert.fail()] = ETCD;
const MAP: Operation = {
  ...{ kind: 'config-map', namespace: 'kube-system', name: 'kube-proxy', entry: 'config.conf' },
  ...{ before: 'mode: ""\n', after: 'mode: ipvs\n' },
};
const RESTART: Operation = { kind: 'restart', agent: 'kube-proxy', argv: ['systemctl', 'restart', 'kube-proxy'] };

/** An operation that is fine, but for some of its fields. */
function but(operation: Operation, fields: Readonly<Record<string, unknown>>): string | undefined {
  return whyRefused({ ...operation, ...fields });
}

const rule = (...words: readonly string[]): Readonly<Record<string, unknown>> => ({
  does: ['-A', 'POSTROUTING', ...words],
});
const table = (...lines: readonly string[]): Readonly<Record<string, unknown>> => ({
  after: ['*filter', ...lines, 'COMMIT', ''].join('\n'),
});

suite('an operation', () => {
  test('is sent where it is what it seems', () => {
    for (const one of [...ALL, DROP_SSH, MAP, RESTART]) assert.equal(whyRefused(one), undefined, JSON.stringify(one));
  });

  test('is refused where a program would take its text for something else', () => {
    for (const [reason, operation, fields] of [
      // iptables(8): what runs a program, or leads to another table, also abbreviated and together with others.
      [/"-M" is not allowed/, MASQUERADE, rule('-M', '/bin/sh')],
      [/"--modprobe=\/bin\/sh" is not allowed/, MASQUERADE, rule('--modprobe=/bin/sh')],
      [/"--modp=\/bin\/sh" is not allowed/, MASQUERADE, rule('--modp=/bin/sh')],
      [/"-vM\/bin\/sh" is not allowed/, MASQUERADE, rule('-vM/bin/sh')],
      [/"-t" is not allowed/, MASQUERADE, rule('-t', 'filter')],
      [/"--tab" is not allowed/, MASQUERADE, rule('--tab', 'filter')],
      [/does not begin with -A, -I, -D or -R/, MASQUERADE, { does: ['-F', 'POSTROUTING'] }],
      [/does not begin with -A, -I, -D or -R/, MASQUERADE, { undoes: ['-D', 'OUTPUT'] }],
      [/control characters/, MASQUERADE, rule('-m', 'comment', '--comment', 'a\nb')],
      [/a NUL/, MASQUERADE, rule('\0')],
      [/it changes nothing/, MASQUERADE, { after: MASQUERADE.kind === 'rule' ? MASQUERADE.before : [] }],
      [/not from \*filter to COMMIT/, TABLE, { after: '*nat\nCOMMIT\n' }],
      [/neither a chain nor a rule/, TABLE, table('COMMIT', '*nat')],
      [/neither a chain nor a rule/, TABLE, table('-F INPUT')],
      [/"--modprobe=\/x" is not allowed/, TABLE, table('-A INPUT --modprobe=/x')],
      [/"-M" is not allowed/, TABLE, table('[0:0] -A INPUT -M /x -j ACCEPT')],
      [/does not begin with add, del or replace/, ROUTE, { does: ['flush', 'table', 'main'] }],
      [/"-batch" is not allowed/, ROUTE, { does: ['add', 'default', '-batch', '/tmp/x'] }],
      [/its table has no such name/, ROUTE, { table: 'main; reboot' }],
      [/it changes nothing/, ROUTE, { adds: [] }],
      [/"-force" is not allowed/, POLICY, { undoes: ['del', '-force'] }],
      [/no key below net/, SYSCTL, { key: 'kernel.panic' }],
      [/no key below net/, SYSCTL, { key: 'net.ipv4/../../kernel/panic' }],
      [/control characters/, SYSCTL, { after: '1\n2' }],
      [/not the plain path/, FILE, { path: '/proc/sys/kernel/panic' }],
      [/not the plain path/, FILE, { path: 'etc/passwd' }],
      [/not the plain path/, FILE, { path: '/etc/../root/x' }],
      [/not the plain path/, FILE, { path: '/etc/x\ny' }],
      [/it changes nothing/, FILE, { after: FILE.kind === 'file' ? FILE.before : '' }],
      [/does not begin with a slash/, KEY, { key: '--prefix' }],
      [/not http:\/\/HOST:PORT/, KEY, { endpoints: ['--help'] }],
      [/not http:\/\/HOST:PORT/, KEY, { endpoints: [] }],
      [/it has no such name/, MAP, { namespace: '-n' }],
      [/it has no such name/, MAP, { entry: 'a"}}{{' }],
      [/too long/, MAP, { after: 'x'.repeat(100_001) }],
      [/does not begin with a program/, RESTART, { argv: ['-c', 'reboot'] }],
      [/does not begin with a program/, RESTART, { argv: [] }],
      [/control characters/, RESTART, { argv: ['sh', '-c', 'a\nb'] }],
    ] as const)
      assert.match(but(operation, fields) ?? 'sent', reason, JSON.stringify(fields));
  });

  test('says what it is about', () => {
    assert.equal(but(SYSCTL, { after: '1\n2' }), 'net.ipv4.ip_forward: control characters are not allowed');
  });
});
