import type { Action } from '../../netfilter/action';
import type { Hook } from '../../netfilter/hook';
import type { Answer, Condition } from '../../netfilter/match';
import type { Rule } from '../../netfilter/rule';
import type { Chain } from '../../netfilter/ruleset';
import type { KnownTable } from '../../snapshot/netfilter';
import { assume, decideUnknown, type Walk } from './context';
import { record, type Skb } from './skb';
import type { Stack } from './stack';
import { ACCEPT, type TableVerdict } from './verdict';
import { viewOf } from './view';

/** Carries out the action of a matching rule that neither jumps nor ends by itself; a verdict where it ends the table. */
export type Perform = (action: Action, rule: Rule) => { effect: string; verdict?: TableVerdict };

interface Position {
  readonly chain: Chain;
  at: number;
}

/** net/ipv4/netfilter/ip_tables.c `ipt_do_table`: runs a base chain and what it jumps to. */
export function runTable(
  walk: Walk,
  stack: Stack,
  skb: Skb,
  hook: Hook,
  known: KnownTable,
  perform: Perform,
): TableVerdict {
  const { table, output } = known;
  const base = table.chains.get(hook);
  if (!base) return ACCEPT;
  const callers: Position[] = [];
  let position: Position = { chain: base, at: 0 };

  const note = (rule: Rule, effect: string, before: ReturnType<typeof record>): void => {
    walk.recorder.step(stack, skb, 'rule', effect, {
      hook,
      table: table.name,
      chain: rule.chain,
      rule: rule.number,
      text: rule.text,
      source: { output, line: rule.line },
      before,
    });
  };

  for (;;) {
    const rule = position.chain.rules[position.at++];
    if (!rule) {
      const caller = callers.pop();
      if (caller) {
        position = caller;
        continue;
      }
      return policy(walk, stack, skb, hook, known, base);
    }
    if (!matches(walk, stack, skb, hook, rule)) continue;
    const before = record(skb);
    const { action } = rule.meaning;
    switch (action.kind) {
      case 'accept':
        note(rule, 'accepted', before);
        return ACCEPT;
      case 'drop':
        note(rule, 'dropped', before);
        return { kind: 'drop', by: 'rule', text: rule.text };
      case 'reject':
        note(rule, `rejected with ${action.with}`, before);
        return { kind: 'reject', with: action.with, text: rule.text };
      case 'return': {
        const caller = callers.pop();
        note(rule, caller ? `returns to ${caller.chain.name}` : `returns: policy of ${base.name}`, before);
        if (!caller) return policy(walk, stack, skb, hook, known, base);
        position = caller;
        break;
      }
      case 'call':
      case 'goto': {
        const chain = table.chains.get(action.chain);
        note(rule, `${action.kind === 'call' ? 'jumps to' : 'goes to'} ${action.chain}`, before);
        if (!chain) return { kind: 'undetermined', text: `chain ${action.chain} is not in the dump` };
        if (callers.length > 100)
          return { kind: 'undetermined', text: `chains call each other in a circle at ${action.chain}` };
        // A goto leaves no return point: the end of its chain is the end of the one that went there.
        if (action.kind === 'call') callers.push(position);
        position = { chain, at: 0 };
        break;
      }
      default: {
        const { effect, verdict } = perform(action, rule);
        note(rule, effect, before);
        if (verdict) return verdict;
      }
    }
  }
}

function policy(walk: Walk, stack: Stack, skb: Skb, hook: Hook, known: KnownTable, base: Chain): TableVerdict {
  const { table, output } = known;
  const name = base.policy ?? 'ACCEPT';
  walk.recorder.step(stack, skb, 'policy', name === 'DROP' ? 'dropped by the policy' : 'accepted by the policy', {
    hook,
    table: table.name,
    chain: base.name,
    text: `-P ${base.name} ${name}`,
    source: { output, line: base.line },
  });
  return name === 'DROP'
    ? { kind: 'drop', by: 'policy', text: `policy ${name} of ${table.name} ${base.name}` }
    : ACCEPT;
}

/**
 * Whether all conditions of a rule hold. What is certain is asked first, so that nothing is decided in vain; what a match
 * does beside answering it does only where all before it hold.
 */
function matches(walk: Walk, stack: Stack, skb: Skb, hook: Hook, rule: Rule): boolean {
  const view = viewOf(stack, skb, hook, walk.drawn);
  const later: (readonly [Condition, Answer])[] = [];
  let fails = false;
  for (const condition of rule.meaning.conditions) {
    const answer = condition.test(view);
    fails = answer === false || (typeof answer === 'object' && answer.kind === 'assumed' && !answer.value);
    if (later.length > 0 || answer !== true) later.push([condition, answer]);
    else condition.act?.(view, true);
    if (fails) break;
  }
  if (fails && !later.some(([condition]) => 'act' in condition)) {
    const last = later.at(-1)?.[1];
    return last !== undefined && holds(walk, stack, skb, rule, last);
  }
  return later.every(([condition, answer]) => {
    const yes = holds(walk, stack, skb, rule, answer);
    condition.act?.(view, yes);
    return yes;
  });
}

function holds(walk: Walk, stack: Stack, skb: Skb, rule: Rule, answer: Answer): boolean {
  if (typeof answer === 'boolean') return answer;
  switch (answer.kind) {
    case 'assumed':
      assume(walk, 'first-packet', stack.node, `${answer.text} (${rule.text})`);
      return answer.value;
    case 'unknown':
      return decideUnknown(walk, stack, skb, answer);
    case 'chance':
      return walk.choices.draw([answer.probability, 1 - answer.probability]) === 0;
  }
}
