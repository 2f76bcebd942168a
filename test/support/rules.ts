import assert from 'node:assert/strict';
import type { Family } from '../../src/core/net/address';
import type { Action } from '../../src/core/netfilter/action';
import type { Answer, PacketView } from '../../src/core/netfilter/match';
import type { Rule } from '../../src/core/netfilter/rule';
import { parseSave } from '../../src/core/netfilter/save';

/** A rule as iptables-save prints it, after its chain. */
export function rule(body: string, family: Family = 4): Rule {
  const dump = parseSave(`*mangle\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING ${body}\nCOMMIT\n`, family);
  assert.deepEqual(dump.problems, []);
  const found = dump.tables.get('mangle')?.chains.get('PREROUTING')?.rules[0];
  assert.ok(found);
  assert.equal(found.syntax.problem, undefined, body);
  return found;
}

/** Whether the conditions of a rule hold: no as soon as one does not; else what the open ones leave open. */
export function matches(body: string, view: PacketView): Answer {
  const answers = rule(body, view.family).meaning.conditions.map((condition) => condition.test(view));
  if (answers.includes(false)) return false;
  const open = answers.filter((answer) => typeof answer !== 'boolean');
  assert.ok(open.length <= 1, `${body} leaves one thing open at most`);
  return open[0] ?? true;
}

export function action(body: string, family: Family = 4): Action {
  return rule(body, family).meaning.action;
}

/** Asserts what rules say of one packet: `{ '-p tcp': true }`. */
export function assertMatches(view: PacketView, expected: Readonly<Record<string, boolean>>): void {
  for (const [body, answer] of Object.entries(expected)) assert.equal(matches(body, view), answer, body);
}
