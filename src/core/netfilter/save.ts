import type { Family } from '../net/address';
import type { Problem } from '../problem';
import { BASE_CHAINS, isTableName, type TableName } from './hook';
import { type Counters, Rule } from './rule';
import type { Chain, Ruleset, Table } from './ruleset';
import { readRuleSyntax } from './syntax';

/** One line of a dump: what it is, and exactly what it says, with its line end. */
export interface DumpLine {
  readonly kind: 'comment' | 'table' | 'chain' | 'rule' | 'commit' | 'blank' | 'other';
  readonly text: string;
  readonly end: string;
}

/** The output of iptables-save, line by line: `printDump` gives back every byte. */
export interface Dump extends Ruleset {
  readonly lines: readonly DumpLine[];
}

const COUNTERS = /^\[(\d+):(\d+)\]/;
const CHAIN = /^:(\S+)\s+(\S+)(?:\s+\[(\d+):(\d+)\])?\s*$/;
const RULE = /^(?:\[(\d+):(\d+)\]\s*)?(-A|--append)\s+/;

/** Reads what iptables-save, ip6tables-save, xtables-save or iptables-restore's input holds (iptables-restore(8)). */
export function parseSave(text: string, family: Family): Dump {
  const lines: DumpLine[] = [];
  const tables = new Map<TableName, Table>();
  const problems: Problem[] = [];
  let table: Table | undefined;
  let opened = 0;

  const report = (line: number, message: string, severity: Problem['severity'] = 'error'): void => {
    problems.push({ severity, line, message });
  };
  const add = (kind: DumpLine['kind'], line: string, end: string): void => {
    lines.push({ kind, text: line, end });
  };

  for (let at = 0, number = 1; at < text.length; number++) {
    const newline = text.indexOf('\n', at);
    const stop = newline < 0 ? text.length : newline;
    const carriage = stop > at && text.charCodeAt(stop - 1) === 13;
    const line = text.slice(at, carriage ? stop - 1 : stop);
    const end = text.slice(at + line.length, newline < 0 ? stop : stop + 1);
    at = newline < 0 ? stop : stop + 1;

    if (line.trim() === '') add('blank', line, end);
    else if (line.startsWith('#')) add('comment', line, end);
    else if (line.startsWith('*')) {
      add('table', line, end);
      const name = line.slice(1).trim();
      if (table) report(number, `table ${table.name} (line ${opened}) is not closed by COMMIT before this line`);
      if (!isTableName(name)) {
        report(number, `"${name}" is not a table of iptables`);
        table = undefined;
      } else {
        table = tables.get(name) ?? { name, line: number, chains: new Map() };
        tables.set(name, table);
        opened = number;
      }
    } else if (line.startsWith(':')) {
      add('chain', line, end);
      const declared = CHAIN.exec(line);
      if (!declared) report(number, 'a chain is declared as ":NAME POLICY [packets:bytes]"');
      else if (!table) report(number, `chain ${declared[1] ?? ''} is declared outside a table`);
      else declareChain(table, declared, number, report);
    } else if (line.trimEnd() === 'COMMIT') {
      add('commit', line, end);
      if (!table) report(number, 'COMMIT without a table');
      table = undefined;
    } else if (RULE.test(line)) {
      add('rule', line, end);
      if (table) addRule(table, line, number, family, report);
      else report(number, 'a rule stands outside a table');
    } else {
      add('other', line, end);
      report(number, describeOther(line));
    }
  }
  if (table)
    report(
      lines.length,
      `the dump ends inside table ${table.name} (line ${opened}): its COMMIT is missing, so it is cut off`,
    );
  return { family, tables, problems, lines };
}

type Report = (line: number, message: string, severity?: Problem['severity']) => void;

function declareChain(table: Table, declared: RegExpExecArray, line: number, report: Report): void {
  const [, name = '', policy = '-', packets, bytes] = declared;
  const isBase = (BASE_CHAINS[table.name] as readonly string[]).includes(name);
  if (table.chains.has(name)) report(line, `chain ${name} is declared twice in table ${table.name}`, 'warning');
  if (policy !== '-' && policy !== 'ACCEPT' && policy !== 'DROP')
    report(line, `"${policy}" is not a policy: ACCEPT, DROP or -`);
  if (policy !== '-' && !isBase)
    report(line, `${name} is not a base chain of table ${table.name}, so it has no policy`, 'warning');
  table.chains.set(name, {
    name,
    policy: policy === '-' ? undefined : policy,
    counters: counters(packets, bytes),
    references: undefined,
    line,
    rules: table.chains.get(name)?.rules ?? [],
  });
}

function addRule(table: Table, line: string, number: number, family: Family, report: Report): void {
  const counted = COUNTERS.exec(line);
  const start = counted ? counted[0].length + (/^\s*/.exec(line.slice(counted[0].length))?.[0].length ?? 0) : 0;
  const named = /^(?:-A|--append)\s+(?:"((?:[^"\\]|\\.)*)"|(\S+))/.exec(line.slice(start));
  const name = named?.[1] ?? named?.[2];
  if (!named || name === undefined) {
    report(number, 'a rule names its chain: "-A CHAIN …"');
    return;
  }
  let chain = table.chains.get(name);
  if (!chain) {
    report(number, `chain ${name} is used before it is declared in table ${table.name}`);
    chain = emptyChain(name, number);
    table.chains.set(name, chain);
  }
  const from = start + named[0].length;
  const rule = new Rule(
    family,
    name,
    chain.rules.length + 1,
    line.slice(start),
    counted ? counters(counted[1], counted[2]) : undefined,
    number,
    () => readRuleSyntax(line, from),
  );
  chain.rules.push(rule);
}

export function emptyChain(name: string, line: number): Chain {
  return { name, policy: undefined, counters: undefined, references: undefined, line, rules: [] };
}

function counters(packets: string | undefined, bytes: string | undefined): Counters | undefined {
  return packets === undefined || bytes === undefined ? undefined : { packets: Number(packets), bytes: Number(bytes) };
}

function describeOther(line: string): string {
  if (/[\u0000-\u0008\u000e-\u001f\ufffd]/.test(line)) return 'this is not text: the file is binary or damaged here';
  const shown = line.length > 60 ? `${line.slice(0, 60)}…` : line;
  return `"${shown}" is neither a table, a chain, a rule nor COMMIT`;
}

/** The text that was parsed, byte for byte. */
export function printDump(dump: Dump): string {
  return dump.lines.map((line) => line.text + line.end).join('');
}
