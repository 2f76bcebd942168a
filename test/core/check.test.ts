import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { checkText } from '../../src/core/check';
import { hostileText } from '../support/arbitrary';
import { etcdJson } from '../support/protobuf';

suite('a look at any output', () => {
  test('counts what it holds, and puts problems in the order of their lines', () => {
    const report = checkText('*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -s\n-A INPUT -j GONE\nstray\nCOMMIT\n');
    assert.ok('kind' in report);
    assert.deepEqual(report.counts, { tables: 1, chains: 1, rules: 2 });
    assert.deepEqual(
      report.problems.map(({ line }) => line),
      [3, 4, 5],
    );
  });

  test('tells each thing that is not simulated once, with how often it is there', () => {
    const report = checkText(
      '*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -m u32 --u32 0 -j DROP\n-A INPUT -m u32 --u32 1 -m mac --mac-source 02:42:0a:01:61:05 -j NFQUEUE\nCOMMIT\n',
    );
    assert.ok('kind' in report);
    assert.deepEqual(report.notSimulated, [
      { name: '-m u32', line: 3, count: 2 },
      { name: '-j NFQUEUE', line: 4, count: 1 },
    ]);
  });

  test('encrypted values of the registry are a problem', () => {
    const report = checkText(etcdJson({ '/registry/a': 'k8s:enc:aescbc:v1:k:x' }));
    assert.ok('kind' in report && report.kind === 'etcd-registry');
    assert.match(report.problems[0]?.message ?? '', /1 values are encrypted/);
  });

  test('some control characters make no binary of a text, and many do', () => {
    assert.ok('kind' in checkText(`nameserver 10.0.0.10\n# ${'x'.repeat(200)}\u0007\n`));
    assert.ok('message' in checkText('nameserver 10.0.0.10\n\u0001\u0002\u0003\u0004\n'));
    const zero = checkText('nameserver 10.0.0.10\n\n\u0000');
    assert.ok('message' in zero && zero.line === 3);
  });

  test('any text is something or nothing, and nothing is thrown', () => {
    const start = fc.constantFrom(
      '',
      '*nat\n',
      'Chain X (policy ACCEPT)\n',
      'create a hash:ip,port\nadd a ',
      '[{"dst":"default"},',
      '1: lo: <UP>\n',
      '0: from all ',
      'net.a = ',
      'nameserver ',
      'default dev x ',
      '{"Network":',
      '{"hoplensSnapshot":1',
      'IP 1.1.1.1 > ',
      '/registry/x\n',
      'Destination Gateway Genmask Flags Iface\n',
    );
    fc.assert(
      fc.property(start, hostileText, (head, tail) => {
        const report = checkText(head + tail);
        assert.ok('kind' in report || report.line >= 1);
      }),
      { numRuns: 500 },
    );
  });
});
