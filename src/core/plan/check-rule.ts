import type { Family } from '../net/address';
import { parsePrefix } from '../net/prefix';
import { parseProtocol } from '../net/protocol';
import { MATCH_OPTIONS } from '../netfilter/matches/options';
import type { OptionTable } from '../netfilter/option-table';
import { type ModuleUse, type OptionUse, readRuleSyntax } from '../netfilter/syntax';
import { TARGET_OPTIONS } from '../netfilter/targets/options';
import { hostileIn } from './hostile';

/** Options whose value is free text; every other value is a number, a name, an address or a list of such. */
const FREE = new Set([
  '--comment',
  '--log-prefix',
  '--nflog-prefix',
  '--string',
  '--hex-string',
  '--u32',
  '--bytecode',
]);

const PLAIN = /^[\w.:,/+*@%[\]!~=-]+$/;

/**
 * What keeps a rule's text, what follows its chain, from being given to iptables: options that no match or target has
 * (iptables takes more of them than those of rules, and one of them runs a program), and values that are none.
 */
export function checkRuleBody(body: string, family: Family): string | undefined {
  const hostile = hostileIn(body);
  if (hostile !== undefined) return hostile;
  if (withoutQuoted(body).includes("'"))
    return 'iptables groups words by double quotes, as iptables-save prints them, and not by single ones';
  const { generic, matches, target, problem } = readRuleSyntax(body, 0);
  if (problem !== undefined) return problem;
  for (const use of generic) {
    const wrong = checkGeneric(use, family);
    if (wrong !== undefined) return wrong;
  }
  for (const match of matches) {
    const wrong = checkModule(match, MATCH_OPTIONS, '-m');
    if (wrong !== undefined) return wrong;
  }
  if (!target) return undefined;
  if (!/^[A-Za-z][\w.:+-]*$/.test(target.module)) return `"${target.module}" is not a target or a chain`;
  return Object.hasOwn(TARGET_OPTIONS, target.module)
    ? checkModule(target, TARGET_OPTIONS, '-j')
    : target.options.length > 0
      ? `${target.options[0]?.flag ?? ''} is not an option of a jump to a chain`
      : undefined;
}

function withoutQuoted(body: string): string {
  return body.replace(/"(?:\\.|[^"\\])*"/g, '""');
}

function checkGeneric({ flag, values }: OptionUse, family: Family): string | undefined {
  const value = values[0]?.text ?? '';
  switch (flag) {
    case '--source':
    case '--destination': {
      if (value.includes(',')) return `${flag} ${value}: a rule for each address, so that each can be taken back`;
      const prefix = parsePrefix(value);
      if (!prefix) return `${flag} "${value}" is not an address or a network; names are not resolved`;
      return prefix.family === family ? undefined : `${flag} ${value} is not of IPv${family}`;
    }
    case '--in-interface':
    case '--out-interface':
      return /^[\w.:@][\w.:@-]{0,14}\+?$|^\+$/.test(value)
        ? undefined
        : `${flag} "${value}" is not the name of an interface`;
    case '--protocol':
      return parseProtocol(value) === undefined ? `"${value}" is not a protocol` : undefined;
    case '--set-counters':
      return 'counters are not set by a plan';
    default:
      return undefined;
  }
}

function checkModule(
  { module, options }: ModuleUse,
  known: Readonly<Record<string, OptionTable>>,
  flag: '-m' | '-j',
): string | undefined {
  const table = Object.hasOwn(known, module) ? known[module] : undefined;
  if (!table) return `"${flag} ${module}" is not an extension of iptables`;
  for (const use of options) {
    const count = Object.hasOwn(table, use.flag) ? table[use.flag] : undefined;
    if (count === undefined) return `${use.flag} is not an option of ${flag} ${module}`;
    if (use.values.length !== count) return `${use.flag} takes ${count} values`;
    const wrong = FREE.has(use.flag) ? undefined : use.values.find(({ text }) => !isValue(text));
    if (wrong) return `"${wrong.text}" is not a value of ${use.flag}`;
  }
  return undefined;
}

function isValue(text: string): boolean {
  return PLAIN.test(text) && (!text.startsWith('-') || /^-\d/.test(text));
}
