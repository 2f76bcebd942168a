import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { parseListings } from '../../../src/core/netfilter/list';
import type { Chain, Table } from '../../../src/core/netfilter/ruleset';
import type { Rule } from '../../../src/core/netfilter/rule';

/** Two nodes' nat tables as a web page shows them: "*" lost in pairs, comments on the next line, words of the author. */
const text = readFileSync('test/fixtures/listings/founding-document.txt', 'utf8');
const [master, worker, ...others] = parseListings(text, 4);

function natOf(ruleset: typeof master | undefined): Table {
  const table = ruleset?.tables.get('nat');
  assert.ok(table);
  return table;
}

function option(rule: Rule, flag: string): string | undefined {
  const uses = [...rule.syntax.generic, ...rule.syntax.matches.flatMap((match) => match.options)];
  return uses.find((use) => use.flag === flag)?.values[0]?.text;
}

function called(table: Table, rule: Rule | undefined): Chain {
  const action = rule?.meaning.action;
  assert.ok(action?.kind === 'call');
  const chain = table.chains.get(action.chain);
  assert.ok(chain);
  return chain;
}

/** `10.0.0.1:443/tcp default/kubernetes:https cluster IP → 192.168.199.238:6443` */
function services(table: Table): string[] {
  const rules = table.chains.get('KUBE-SERVICES')?.rules.filter((rule) => option(rule, '--dport') !== undefined) ?? [];
  return rules.map((rule) => {
    const endpoint = called(table, called(table, rule).rules[0]);
    const [hairpin, dnat] = endpoint.rules;
    assert.equal(called(table, hairpin).name, 'KUBE-MARK-MASQ');
    assert.equal(dnat?.meaning.action.kind, 'dnat');
    const to = dnat.syntax.target?.options[0]?.values[0]?.text;
    assert.equal(hairpin && option(hairpin, '--source'), `${to?.split(':')[0]}/32`);
    return `${option(rule, '--destination')}:${option(rule, '--dport')}/${option(rule, '--protocol')} ${rule.comment} → ${to}`;
  });
}

suite('the founding document', () => {
  const expected = [
    '10.0.0.1/32:443/tcp default/kubernetes:https cluster IP → 192.168.199.238:6443',
    '10.0.0.10/32:53/tcp kube-system/kube-dns:dns-tcp cluster IP → 10.1.97.4:53',
    '10.0.0.10/32:53/udp kube-system/kube-dns:dns cluster IP → 10.1.97.4:53',
    '10.0.0.220/32:80/tcp default/g2: cluster IP → 10.1.97.2:80',
    '10.0.0.234/32:80/tcp default/g3: cluster IP → 10.1.97.5:80',
  ];

  test('shows two nodes', () => {
    assert.equal(others.length, 0);
    assert.deepEqual([natOf(master).line, worker && natOf(worker).line], [2, 140]);
  });

  test('resolves all five services on both', () => {
    assert.deepEqual(services(natOf(master)).sort(), expected);
    assert.deepEqual(services(natOf(worker)).sort(), expected);
  });

  test('has no rule with an unknown condition', () => {
    for (const node of [master, worker])
      for (const chain of natOf(node).chains.values())
        for (const rule of chain.rules) assert.doesNotMatch(rule.text, /-m (?:not-)?listed/);
  });

  test('leaves no rule out', () => {
    const counts = (table: Table): number[] => [...table.chains.values()].map((chain) => chain.rules.length);
    assert.deepEqual(counts(natOf(master)), [2, 0, 2, 2, 1, 1, 0, 1, 2, 2, 2, 2, 2, 6, 1, 1, 1, 1, 1]);
    assert.deepEqual(counts(natOf(worker)), [2, 0, 2, 2, 1, 1, 0, 1, 2, 2, 2, 2, 2, 6, 1, 1, 1, 1, 1]);
  });

  test('keeps the line where a joined row starts', () => {
    const rule = natOf(master).chains.get('KUBE-SEP-6BJZJ65EXTPP6DDP')?.rules[1];
    assert.equal(rule?.line, 60);
    assert.equal(
      rule.text,
      '-A KUBE-SEP-6BJZJ65EXTPP6DDP -p tcp -m comment --comment "default/kubernetes:https" -m tcp -j DNAT --to-destination 192.168.199.238:6443',
    );
  });

  test('warns of the words of its author, and of nothing else', () => {
    assert.deepEqual(
      master.problems.map(({ severity, line, message }) => `${severity} ${line} ${message.split(': ')[1]}`),
      [
        'warning 4 "ALL -> KUBE-SERVICES"',
        'warning 5 "ALL -> DOCKER"',
        'warning 12 "ALL -> KUBE-SERVICES"',
        'warning 13 "非127.0.0.0/8 ->DOCKER"',
        'warning 17 "ALL -> KUBE-POSTROUTING"',
        'warning 18 "从Docker0发往其它网卡的,需要SNAT"',
        'warning 22 "目前DOCKER啥也没干"',
        'warning 26 "标记0x4000"',
        'warning 60 "DNAT->192.168.199.238:6443"',
      ],
    );
    assert.deepEqual(worker?.problems, []);
  });
});
