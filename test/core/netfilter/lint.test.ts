import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { lintRules } from '../../../src/core/netfilter/lint';
import { parseListing } from '../../../src/core/netfilter/list';
import { parseSave } from '../../../src/core/netfilter/save';

function lint(...rules: string[]): string[] {
  const dump = parseSave(['*filter', ':INPUT ACCEPT [0:0]', ':KNOWN - [0:0]', ...rules, 'COMMIT', ''].join('\n'), 4);
  assert.deepEqual(dump.problems, []);
  return lintRules(dump).map(({ line, severity, message }) => `${line} ${severity}: ${message}`);
}

suite('what is wrong with rules', () => {
  test('a jump to a chain that is not there', () => {
    assert.deepEqual(lint('-A INPUT -j KNOWN', '-A INPUT -j GONE', '-A KNOWN -g GONE'), [
      '5 error: chain GONE does not exist in table filter',
      '6 error: chain GONE does not exist in table filter',
    ]);
  });

  test('a rule that cannot be read', () => {
    assert.deepEqual(lint('-A INPUT -s', '-A KNOWN -m comment --comment "x'), [
      '4 error: -s lacks its value',
      '5 error: a quote is not closed',
    ]);
  });

  test('targets and chains that are there are well', () => {
    assert.deepEqual(
      lint('-A INPUT -j KNOWN', '-A INPUT -j NFQUEUE --queue-num 1', '-A INPUT', '-A KNOWN -j RETURN'),
      [],
    );
  });

  test('a listing of one chain is no dump that lacks the others', () => {
    const one = `Chain FORWARD (policy ACCEPT)
target     prot opt source               destination
DOCKER-USER  all  --  0.0.0.0/0            0.0.0.0/0
`;
    const whole = `${one}\nChain INPUT (policy ACCEPT)\n\nChain OUTPUT (policy ACCEPT)\n`;
    assert.deepEqual(lintRules(parseListing(one, 4)), []);
    assert.deepEqual(
      lintRules(parseListing(whole, 4)).map(({ line, message }) => `${line} ${message}`),
      ['3 chain DOCKER-USER does not exist in table filter'],
    );
  });

  test('jumps that go round in circles are told where they close', () => {
    assert.deepEqual(lint('-A INPUT -j KNOWN', '-A KNOWN -j RETURN', '-A KNOWN -g INPUT'), [
      '6 error: the jump to INPUT leads back to it: chains of table filter go round in circles',
    ]);
    assert.deepEqual(
      lint('-A INPUT -j KNOWN', '-A INPUT -j KNOWN', '-A KNOWN -m comment --comment " -j INPUT" -j DROP'),
      [],
    );
  });
});
