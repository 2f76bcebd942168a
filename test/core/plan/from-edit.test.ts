import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { changesOfEdit } from '../../../src/core/plan/from-edit';
import { compilePlan } from '../../../src/core/plan/compile';
import { diffOf } from '../../../src/core/plan/diff';
import { inverseOf } from '../../../src/core/plan/inverse';
import type { Plan, PlannedChange } from '../../../src/core/plan/plan';
import { CHANGE_KINDS } from '../../../src/core/plan/read-change';
import { readPlan } from '../../../src/core/plan/read-plan';
import { CHANGE_WORDS, PLAN_WORDS } from '../../../src/core/plan/words';
import { writePlan } from '../../../src/core/plan/write-plan';
import { isObject } from '../../../src/core/text/json';
import { cluster, node } from '../../support/snapshots';

const DUMP = `*filter
:INPUT ACCEPT [9:9]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
[1:1] -A INPUT -i lo -j ACCEPT
[2:2] -A INPUT -p tcp -m tcp --dport 22 -j ACCEPT
-A INPUT -j DROP
COMMIT
`;

/** The changes in words, held against their own effect: made to what was, they give what it was edited to. */
function changes(output: string, before: string, after: string): string[] {
  const found = changesOfEdit({ node: 'worker', output, before, after });
  assert.ok(!('error' in found));
  const plan: Plan = {
    hoplensPlan: 1,
    name: 'x',
    confirmWithin: 60,
    onFailure: 'revert-all',
    batch: 1,
    changes: found,
  };
  if (found.length > 0) assert.deepEqual(readPlan(writePlan(plan)).problems, []);
  const made = compilePlan(plan, cluster(node('worker', { [output]: before })));
  assert.deepEqual(made.concerns, []);
  assert.deepEqual(diffOf(made.after, { nodes: [], after: cluster(node('worker', { [output]: after })) }), []);
  return found.map(wordsOf);
}

function wordsOf(change: PlannedChange): string {
  switch (change.kind) {
    case 'rule':
      return change.rule;
    case 'table':
      return `table ${change.table}`;
    case 'route':
      return change.command;
    case 'sysctl':
      return `${change.key}=${change.value}`;
    default:
      return change.kind;
  }
}

suite('an edited output as changes', () => {
  test('of rules: those added and deleted', () => {
    const edit = (pattern: string | RegExp, by: string): string[] =>
      changes('iptables-save', DUMP, DUMP.replace(pattern, by));
    assert.deepEqual(edit('-A INPUT -j DROP\n', '-A INPUT -j DROP\n-A FORWARD -s 10.0.0.1/32 -j DROP\n'), [
      '-t filter -A FORWARD -s 10.0.0.1/32 -j DROP',
    ]);
    assert.deepEqual(edit('-A INPUT -j DROP\n', '-A INPUT -p icmp -j ACCEPT\n-A INPUT -j DROP\n'), [
      '-t filter -I INPUT 3 -p icmp -j ACCEPT',
    ]);
    assert.deepEqual(edit(/.*dport 22.*\n/, ''), ['-t filter -D INPUT -p tcp -m tcp --dport 22 -j ACCEPT']);
    assert.deepEqual(edit('--dport 22', '--dport 2222'), [
      '-t filter -D INPUT -p tcp -m tcp --dport 22 -j ACCEPT',
      '-t filter -I INPUT 2 -p tcp -m tcp --dport 2222 -j ACCEPT',
    ]);
    assert.deepEqual(edit('[9:9]', '[10:10]'), []);
  });

  test('of rules whose order, chains or policies changed: the table', () => {
    const edit = (pattern: string | RegExp, by: string): string[] =>
      changes('iptables-save', DUMP, DUMP.replace(pattern, by));
    assert.deepEqual(edit(':FORWARD ACCEPT', ':FORWARD DROP'), ['table filter']);
    assert.deepEqual(edit(':FORWARD', ':NEW - [0:0]\n:FORWARD'), ['table filter']);
    assert.deepEqual(edit(/(\[1:1\].*\n)(\[2:2\].*\n)/, '$2$1'), ['table filter']);
  });

  test('of routes and sysctls', () => {
    const routes = 'default via 10.9.0.1 dev eth0\n10.1.0.0/16 via 10.9.0.2 dev eth0\n';
    assert.deepEqual(changes('ip-route', routes, routes.replace('10.9.0.2', '10.9.0.3')), [
      'del 10.1.0.0/16 via 10.9.0.2 dev eth0',
      'add 10.1.0.0/16 via 10.9.0.3 dev eth0',
    ]);
    assert.deepEqual(changes('sysctl', 'net.a.b = 1\nnet.c.d = 2\n', 'net.a.b = 1\nnet.c.d = 3\n'), ['net.c.d=3']);
  });

  test('of another output are none', () => {
    assert.ok('error' in changesOfEdit({ node: 'worker', output: 'ss', before: '', after: 'x' }));
  });
});

suite('operations that have stayed', () => {
  test('are taken back the last first, and twice taken back they are themselves', () => {
    const outputs = { 'iptables-save': DUMP, sysctl: 'net.ipv4.ip_forward = 0\n', 'ip-route': 'default dev eth0\n' };
    const { plan } = readPlan(
      'hoplensPlan: 1\nname: x\nchanges:\n- { node: worker, rule: -A INPUT -j ACCEPT }\n- { node: worker, sysctl: net.ipv4.ip_forward, value: 1 }\n- { node: worker, route: del default }\n',
    );
    assert.ok(plan);
    const [made] = compilePlan(plan, cluster(node('worker', outputs))).nodes;
    assert.ok(made);
    const back = inverseOf(made);
    assert.deepEqual(
      back.operations.map(({ kind }) => kind),
      ['route', 'sysctl', 'rule'],
    );
    assert.deepEqual(inverseOf(back), made);
    const [route, sysctl, rule] = back.operations;
    assert.ok(route?.kind === 'route' && sysctl?.kind === 'sysctl' && rule?.kind === 'rule');
    assert.deepEqual(route.does, ['add', 'default', 'dev', 'eth0']);
    assert.deepEqual([sysctl.before, sysctl.after], ['1', '0']);
    assert.deepEqual(rule.does, ['-D', 'INPUT', '-j', 'ACCEPT']);
  });
});

suite('the JSON schema of plans', () => {
  test('has the fields that have words, and no others', () => {
    const schema: unknown = JSON.parse(readFileSync('media/plan.schema.json', 'utf8'));
    const at = (value: unknown, ...path: string[]): unknown =>
      path.reduce<unknown>((one, key) => (isObject(one) ? one[key] : undefined), value);
    const keys = (value: unknown): string[] => (isObject(value) ? Object.keys(value) : []);
    assert.deepEqual(keys(at(schema, 'properties')).sort(), Object.keys(PLAN_WORDS).sort());
    const change = keys(at(schema, 'properties', 'changes', 'items', 'properties'));
    assert.deepEqual(change.sort(), Object.keys(CHANGE_WORDS).sort());
    for (const kind of CHANGE_KINDS) assert.ok(Object.hasOwn(CHANGE_WORDS, kind));
  });
});
