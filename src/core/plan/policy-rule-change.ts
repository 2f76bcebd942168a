import type { Family } from '../net/address';
import { parsePrefix } from '../net/prefix';
import { type PolicyRule, readPolicyRules } from '../routing/policy-rule';
import { tableName } from '../routing/route';
import { readIpCommand, strayWord } from './ip-command';

/** A change of one policy rule, as `ip rule` makes it. */
export interface PolicyRuleChange {
  readonly family: Family;
  readonly verb: 'add' | 'del';
  readonly rule: PolicyRule;
}

/** Selectors in the order in which `ip rule` prints them (iproute2 ip/iprule.c `print_rule`), and what else they are called. */
const SELECTORS: readonly (readonly [string, ...string[]])[] = [
  ['from'],
  ['to'],
  ['tos', 'dsfield'],
  ['fwmark'],
  ['iif', 'dev'],
  ['oif'],
  ['uidrange'],
  ['ipproto'],
  ['sport'],
  ['dport'],
];
const ACTIONS = new Set(['prohibit', 'unreachable', 'blackhole', 'nop']);
const PRIORITY = ['priority', 'pref', 'preference', 'order'];
const TABLE = ['lookup', 'table'];
const WITH_VALUE = new Set([...SELECTORS.flat(), ...PRIORITY, ...TABLE, 'goto', 'suppress_prefixlength']);

/** Reads `add|del [not] SELECTORS… priority N lookup TABLE` (ip-rule(8)). The priority is said, and not left to the kernel. */
export function readPolicyRuleChange(text: string): PolicyRuleChange | { readonly error: string } {
  const command = readIpCommand(text, 'rule');
  if ('error' in command) return command;
  const { family, words, verb } = command;
  if (verb === 'replace') return { error: 'a policy rule is added or deleted' };
  const stray = strayWord(words, WITH_VALUE, new Set(['not', ...ACTIONS]));
  if (stray !== undefined) return { error: stray };
  const after = (names: readonly string[]): string | undefined => {
    const at = words.findIndex((word, index) => names.includes(word) && !WITH_VALUE.has(words[index - 1] ?? ''));
    return at < 0 ? undefined : words[at + 1];
  };
  const priority = after(PRIORITY);
  if (priority === undefined || !/^\d{1,5}$/.test(priority))
    return { error: 'which priority? Without "priority N" the kernel would choose one' };
  for (const name of ['from', 'to']) {
    const value = after([name]);
    if (value !== undefined && value !== 'all' && parsePrefix(value)?.family !== family)
      return { error: `${name} "${value}" is not a network of IPv${family}` };
  }
  const printed = [words.includes('not') ? 'not' : '', 'from', after(['from']) ?? 'all'].filter((word) => word !== '');
  for (const [name, ...others] of SELECTORS.slice(1)) {
    const value = after([name, ...others]);
    if (value !== undefined && value !== 'all') printed.push(name, name === 'fwmark' ? savedMark(value) : value);
  }
  const table = after(TABLE);
  const target = after(['goto']);
  const kind = words.find((word) => ACTIONS.has(word));
  if (table !== undefined) printed.push('lookup', tableName(table));
  else if (target !== undefined) printed.push('goto', target);
  else if (kind !== undefined) printed.push(kind);
  else if (verb === 'add') return { error: 'what becomes of the packet? "lookup TABLE", "goto N", "prohibit" …' };
  const suppress = after(['suppress_prefixlength']);
  if (suppress !== undefined) printed.push('suppress_prefixlength', suppress);
  const [rule] = readPolicyRules(`${priority}:\t${printed.join(' ')}`, family).rules;
  return rule ? { family, verb, rule } : { error: `"${text}" is not a policy rule` };
}

/** The rule that `ip rule del` would take: the first of this priority that has all that the command says. */
export function policyRuleToDelete(rules: readonly PolicyRule[], { rule }: PolicyRuleChange): PolicyRule | undefined {
  const { text } = rule;
  return rules.find((one) => one.priority === rule.priority && (one.text === text || one.text.startsWith(`${text} `)));
}

/** `0x1/0xff` for `1/255`, as it is printed. */
function savedMark(text: string): string {
  const [value, mask] = text.split('/').map((part) => `0x${Number(part).toString(16)}`);
  return mask === undefined || mask === '0xffffffff' ? (value ?? '') : `${value ?? ''}/${mask}`;
}
