import type { Family } from '../net/address';
import { formatPrefix, parsePrefix } from '../net/prefix';
import { parseProtocol, protocolName } from '../net/protocol';
import { type OptionUse, readRuleSyntax } from './syntax';
import { quoteWord, splitWords } from './words';

/** Options of the rule itself in the order in which iptables-save prints them (iptables/xshared.c `save_ipv4_addr` …). */
const GENERIC: ReadonlyMap<string, string> = new Map([
  ['--source', '-s'],
  ['--destination', '-d'],
  ['--in-interface', '-i'],
  ['--out-interface', '-o'],
  ['--protocol', '-p'],
  ['--fragment', '-f'],
]);

/** Spellings that iptables takes, and the one that it prints. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['--source-port', '--sport'],
  ['--destination-port', '--dport'],
  ['--source-ports', '--sports'],
  ['--destination-ports', '--dports'],
]);

/** Values that iptables prints as strings (`xtables_save_string`), quoted where they are no plain word. */
const STRINGS = new Set(['--comment', '--log-prefix', '--nflog-prefix', '--string', '--hex-string', '--helper']);

/** The order in which conntrack's states are printed (extensions/libxt_conntrack.c `print_state`). */
const STATES = ['INVALID', 'NEW', 'RELATED', 'ESTABLISHED', 'UNTRACKED', 'SNAT', 'DNAT'];

/**
 * A rule, `-A CHAIN …`, in the words in which iptables-save prints it, as far as they follow from the rule itself:
 * options in their order, addresses with their length, the match that `-p` implies named. Options of an extension are
 * left in the order in which they were written.
 */
export function canonicalRule(text: string, family: Family): string {
  const { words } = splitWords(text);
  const [append, chain] = words;
  if (append?.text !== '-A' || !chain) return text.trim();
  const { generic, matches, target, problem } = readRuleSyntax(text, chain.end);
  if (problem !== undefined) return text.trim().replace(/\s+/g, ' ');
  const parts = ['-A', text.slice(chain.start, chain.end)];
  for (const [flag, short] of GENERIC)
    for (const use of generic) if (use.flag === flag) parts.push(...genericWords(use, short, family));
  for (const { module, options } of matches) parts.push('-m', module, ...options.flatMap(optionWords));
  if (target)
    parts.push(target.goto ? '-g' : '-j', target.module, ...targetWords(target.module, target.options, family));
  return parts.join(' ');
}

/** Whether iptables takes both for the same rule. */
export function sameRule(one: string, other: string, family: Family): boolean {
  return canonicalRule(one, family) === canonicalRule(other, family);
}

function genericWords(use: OptionUse, short: string, family: Family): string[] {
  const value = use.values[0]?.text ?? '';
  const not = use.negated ? ['!'] : [];
  switch (use.flag) {
    case '--source':
    case '--destination': {
      const prefix = parsePrefix(value);
      if (!prefix) return [...not, short, value];
      return prefix.mask === 0n && !use.negated ? [] : [...not, short, formatPrefix(prefix)];
    }
    case '--protocol': {
      const number = parseProtocol(value);
      if (number === 0 && !use.negated) return [];
      return [...not, short, number === undefined ? value : savedProtocol(number, family)];
    }
    case '--fragment':
      return [...not, short];
    default:
      return value === '+' && !use.negated ? [] : [...not, short, value];
  }
}

function savedProtocol(number: number, family: Family): string {
  return number === 58 && family === 6 ? 'ipv6-icmp' : protocolName(number);
}

function optionWords({ flag, negated, values }: OptionUse): string[] {
  const words = values.map(({ text }) => (STRINGS.has(flag) ? quoteWord(text) : text));
  const printed = flag === '--ctstate' || flag === '--state' ? words.map(savedStates) : words;
  return [...(negated ? ['!'] : []), ALIASES.get(flag) ?? flag, ...printed];
}

function savedStates(value: string): string {
  const states = value.toUpperCase().split(',');
  return states.every((state) => STATES.includes(state))
    ? STATES.filter((state) => states.includes(state)).join(',')
    : value;
}

function targetWords(module: string, options: readonly OptionUse[], family: Family): string[] {
  if (module === 'REJECT' && options.length === 0)
    return ['--reject-with', family === 4 ? 'icmp-port-unreachable' : 'icmp6-port-unreachable'];
  return options.flatMap((use) => {
    const value = use.values[0]?.text ?? '';
    if (module === 'MARK' && use.flag === '--set-mark') return ['--set-xmark', `${mark(value)}/${mark('0xffffffff')}`];
    return optionWords(use);
  });
}

function mark(value: string): string {
  const number = Number(value);
  return Number.isInteger(number) ? `0x${number.toString(16)}` : value;
}
