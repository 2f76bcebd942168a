import type { Family } from '../net/address';
import { isTableName, type TableName } from '../netfilter/hook';
import { splitWords, type Word } from '../netfilter/words';
import type { Flavour } from './operation';

/** A change of one rule, as a command of iptables makes it. */
export interface RuleChange {
  readonly family: Family;
  readonly flavour: Flavour;
  readonly table: TableName;
  readonly operation: '-A' | '-I' | '-D' | '-R';
  readonly chain: string;
  readonly position: number | undefined;
  /** What follows the chain: matches and target. */
  readonly body: string;
}

const OPERATIONS: ReadonlyMap<string, RuleChange['operation']> = new Map([
  ['-A', '-A'],
  ['--append', '-A'],
  ['-I', '-I'],
  ['--insert', '-I'],
  ['-D', '-D'],
  ['--delete', '-D'],
  ['-R', '-R'],
  ['--replace', '-R'],
]);

/** Reads `[iptables] [-t TABLE] -A|-I|-D|-R CHAIN [POSITION] RULE`; the table may stand anywhere. */
export function readRuleChange(text: string): RuleChange | { readonly error: string } {
  const command = text.trim().replace(/^sudo\s+/, '');
  // A rule is one line of a dump: what follows a line end would be another.
  if (/[\u0000-\u0008\u000a-\u001f]/.test(command)) return { error: 'a rule is one line, without control characters' };
  const [program] = /^ip6?tables(-nft|-legacy)?(?=\s)/.exec(command) ?? [''];
  const line = command.slice(program.length);
  const { words, open } = splitWords(line);
  if (open) return { error: `"${command}": a quote is not closed` };
  const rest: Word[] = [];
  let table: TableName = 'filter';
  for (let at = 0; at < words.length; at++) {
    const word = words[at];
    if (!word) break;
    if (word.quoted || (word.text !== '-t' && word.text !== '--table')) rest.push(word);
    else {
      const name = words[++at]?.text ?? '';
      if (!isTableName(name)) return { error: `"${name}" is not a table of iptables` };
      table = name;
    }
  }
  const operation = OPERATIONS.get(rest[0]?.text ?? '');
  const chain = rest[1]?.text;
  if (!operation || chain === undefined || chain === '')
    return { error: `"${command}" is not [-t TABLE] -A|-I|-D|-R CHAIN RULE` };
  const numbered = operation !== '-A' && /^\d+$/.test(rest[2]?.text ?? '');
  const position = numbered ? Number(rest[2]?.text) : undefined;
  if (position === 0) return { error: 'rules are numbered from 1' };
  if (operation === '-R' && position === undefined)
    return { error: `"${command}" does not say which rule it replaces: -R ${chain} POSITION RULE` };
  const body = rest.slice(numbered ? 3 : 2).map((word) => line.slice(word.start, word.end));
  return {
    family: program.startsWith('ip6') ? 6 : 4,
    flavour: program.endsWith('-legacy') ? 'legacy' : program.endsWith('-nft') ? 'nft' : 'default',
    table,
    operation,
    chain,
    position,
    body: body.join(' '),
  };
}
