import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { formatPrefix, type Prefix } from '../../../src/core/net/prefix';
import { type PolicyRule, readPolicyRules, STANDARD_RULES } from '../../../src/core/routing/policy-rule';

function fixture(name: string): readonly PolicyRule[] {
  const read = readPolicyRules(
    readFileSync(`test/fixtures/routes/${name}.txt`, 'utf8'),
    name.startsWith('ip6') ? 6 : 4,
  );
  assert.deepEqual(read.problems, []);
  return read.rules;
}

/** What a rule tests and does, whichever form it was printed in; "from all" tests nothing. */
function meaning({ text, line, ...rest }: PolicyRule): Record<string, unknown> {
  assert.ok(text !== '' && line > 0);
  const spelled = (prefix: Prefix | undefined): string | undefined => prefix && formatPrefix(prefix);
  const all = { ...rest, from: spelled(rest.from), to: spelled(rest.to) };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined && value !== false));
}

suite('ip rule', () => {
  test('text and JSON say the same', () => {
    const text = fixture('ip-rule').map(meaning);
    assert.equal(text.length, 14);
    assert.deepEqual(text, fixture('ip-rule-json').map(meaning));
    assert.deepEqual(fixture('ip6-rule').map(meaning), fixture('ip6-rule-json').map(meaning));
  });

  test('each selector and each action is read', () => {
    assert.deepEqual(fixture('ip-rule').map(meaning), [
      { priority: 0, action: { kind: 'table', table: 'local' } },
      { priority: 90, from: '10.1.9.200/32', action: { kind: 'prohibit' } },
      { priority: 100, from: '10.1.9.0/24', action: { kind: 'table', table: '100' } },
      { priority: 200, mark: { value: 0x4000, mask: 0x4000 }, action: { kind: 'table', table: '100' } },
      { priority: 300, to: '10.0.0.0/8', iif: 'docker0', action: { kind: 'table', table: '100' } },
      { priority: 400, not: true, from: '0.0.0.0/1', action: { kind: 'table', table: '101' } },
      {
        priority: 500,
        protocol: 6,
        sport: { from: 1000, to: 1000 },
        dport: { from: 80, to: 90 },
        action: { kind: 'table', table: '100' },
      },
      { priority: 600, oif: 'eth0', uids: { from: 1000, to: 1999 }, action: { kind: 'table', table: '100' } },
      { priority: 700, tos: 16, action: { kind: 'goto', priority: 32766 } },
      { priority: 800, suppressLength: 0, action: { kind: 'table', table: 'main' } },
      { priority: 900, action: { kind: 'nop' } },
      { priority: 950, from: '198.51.100.7/32', action: { kind: 'blackhole' } },
      { priority: 32766, action: { kind: 'table', table: 'main' } },
      { priority: 32767, action: { kind: 'table', table: 'default' } },
    ]);
    assert.deepEqual(fixture('ip6-rule')[1] && meaning(fixture('ip6-rule')[1]!), {
      priority: 100,
      from: 'fd00:1::/64',
      action: { kind: 'table', table: '100' },
    });
  });

  test('older spellings: interfaces as "dev", a mark without a mask, VRFs', () => {
    const { rules, problems } = readPolicyRules(
      '0:\tfrom all lookup 255\n220:\tfrom all dev eth1 lookup 220\n1000:\tfrom all lookup [l3mdev-table]\n32764:\tnot from all fwmark 0xca6c lookup 51820\n',
      4,
    );
    assert.deepEqual(problems, []);
    assert.deepEqual(rules.map(meaning), [
      { priority: 0, action: { kind: 'table', table: 'local' } },
      { priority: 220, iif: 'eth1', action: { kind: 'table', table: '220' } },
      { priority: 1000, l3mdev: true, action: { kind: 'table', table: '[l3mdev-table]' } },
      {
        priority: 32764,
        not: true,
        mark: { value: 0xca6c, mask: 0xffff_ffff },
        action: { kind: 'table', table: '51820' },
      },
    ]);
  });

  test('come in the order of their priorities', () => {
    const { rules } = readPolicyRules('32766: from all lookup main\n0: from all lookup local\n', 4);
    assert.deepEqual(
      rules.map(({ priority }) => priority),
      [0, 32766],
    );
  });

  test('the three that every kernel starts with', () => {
    assert.deepEqual(
      STANDARD_RULES.map(({ priority, action, line }) => [priority, action.kind === 'table' && action.table, line]),
      [
        [0, 'local', 0],
        [32766, 'main', 0],
        [32767, 'default', 0],
      ],
    );
  });

  test('what is no rule is told with its line', () => {
    const { rules, problems } = readPolicyRules('0: from all lookup local\nnonsense\n\n5: from all lookup main\n', 4);
    assert.deepEqual(
      rules.map(({ line }) => line),
      [1, 4],
    );
    assert.deepEqual(
      problems.map(({ line }) => line),
      [2],
    );
    assert.equal(readPolicyRules('[{"priority":0,"src":"all","table":"local"},{"prio', 4).problems.length, 1);
  });
});
