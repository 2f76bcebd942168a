import type { Family } from '../net/address';
import type { Problem } from '../problem';
import { BASE_CHAINS, isTableName, type TableName } from './hook';
import { drained } from '../text/stepwise';
import { impliedTables } from './implied-table';
import { type Counters, Rule, RuleReading } from './rule';
import type { Chain, Ruleset, Table } from './ruleset';
import { nextWord, type Word } from './words';

/** One line of a dump: what it is, and exactly what it says, with its line end. */
export interface DumpLine {
  readonly kind: 'comment' | 'table' | 'chain' | 'rule' | 'commit' | 'blank' | 'other';
  readonly text: string;
  readonly end: string;
}

/** The output of iptables-save, line by line: `printDump` gives back every byte. */
export interface Dump extends Ruleset {
  readonly lines: readonly DumpLine[];
  /** Tables that hold rules which iptables cannot show, and so does not show at all. */
  readonly hidden: readonly TableName[];
}

/**
 * Reads what iptables-save, ip6tables-save and xtables-save print, what iptables-restore(8) takes, and `iptables -S`,
 * which names no table.
 */
export function parseSave(text: string, family: Family): Dump {
  return drained(parseSaveInSteps(text, family));
}

/** Lines between two pauses: a few milliseconds. */
const PIECE = 2000;

/**
 * The same, a piece at a time: for those who have something else to do between.
 * @param known readings of rules by their text; those that stand here too are not read again
 */
export function* parseSaveInSteps(
  text: string,
  family: Family,
  known: ReadonlyMap<string, RuleReading> = new Map(),
): Generator<void, Dump> {
  const lines = splitLines(text);
  yield;
  const reader = new DumpReader(family, impliedTables(lines.map((line) => line.text)), known);
  let read = 0;
  for (const line of lines) {
    line.kind = reader.read(line.text, ++read);
    if (read % PIECE === 0) yield;
  }
  reader.finish(lines.length);
  yield;
  return {
    family,
    tables: reader.tables,
    problems: reader.problems,
    hidden: reader.hidden,
    lines,
  };
}

/** The text that was parsed, byte for byte. */
export function printDump(dump: Dump): string {
  return dump.lines.map((line) => line.text + line.end).join('');
}

/** What each is comes later. */
function splitLines(text: string): Writable<DumpLine>[] {
  const lines: Writable<DumpLine>[] = [];
  for (let at = 0; at < text.length;) {
    const newline = text.indexOf('\n', at);
    const next = newline < 0 ? text.length : newline + 1;
    const stop = newline < 0 ? text.length : newline;
    const line = text.slice(at, stop > at && text.charCodeAt(stop - 1) === 13 ? stop - 1 : stop);
    lines.push({ kind: 'other', text: line, end: text.slice(at + line.length, next) });
    at = next;
  }
  return lines;
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Blanks are those of C: a no-break space is a part of a name. */
const CHAIN = /^:([^ \t]+)[ \t]+([^ \t]+)(?:[ \t]+\[(\d+):(\d+)\])?[ \t]*$/;
const COUNTED = /^\s*\[(\d+):(\d+)\]\s*/;
/** Commands of iptables, as `iptables -S` prints them and iptables-restore takes them. */
const COMMAND =
  /^\s*(-[AINPDRFXZE]|--(?:append|insert|new-chain|policy|delete|replace|flush|delete-chain|zero|rename-chain))(?=\s|$)/;
const SHORT: Readonly<Partial<Record<string, string>>> = {
  '--append': '-A',
  '--insert': '-I',
  '--new-chain': '-N',
  '--policy': '-P',
};

class DumpReader {
  readonly tables = new Map<TableName, Table>();
  readonly problems: Problem[] = [];
  readonly hidden: TableName[] = [];
  private table: Table | undefined;
  /** Inside a table that iptables does not have: what it holds is not looked at. */
  private inUnknownTable = false;
  private opened = 0;
  private line = 0;

  constructor(
    private readonly family: Family,
    private readonly implied: ReadonlyMap<number, TableName>,
    private readonly known: ReadonlyMap<string, RuleReading>,
  ) {}

  read(line: string, number: number): DumpLine['kind'] {
    this.line = number;
    const implied = this.implied.get(number);
    if (implied !== undefined) this.enter(implied);
    if (line.trim() === '') return 'blank';
    if (line.startsWith('#')) return this.comment(line);
    if (line.startsWith('*')) return this.tableLine(line.slice(1).trim());
    if (line.startsWith(':')) return this.chainLine(line);
    if (line.trimEnd() === 'COMMIT') {
      if (!this.table) this.outside('COMMIT without a table');
      this.table = undefined;
      this.inUnknownTable = false;
      return 'commit';
    }
    return this.command(line);
  }

  finish(lines: number): void {
    if (!this.table || this.implied.size > 0) return;
    this.line = lines;
    this.report(
      `the dump ends inside table ${this.table.name} (line ${this.opened}): its COMMIT is missing, so it is cut off`,
    );
  }

  private report(message: string, severity: Problem['severity'] = 'error'): void {
    this.problems.push({ severity, line: this.line, message });
  }

  private outside(message: string): void {
    if (!this.inUnknownTable) this.report(message);
  }

  private enter(name: TableName): void {
    this.table = this.tables.get(name) ?? { name, line: this.line, chains: new Map() };
    this.tables.set(name, this.table);
    this.opened = this.line;
  }

  private comment(line: string): 'comment' {
    const name = /^# Table `(\w+)' is incompatible/.exec(line)?.[1];
    if (name !== undefined && isTableName(name)) {
      this.hidden.push(name);
      this.report(`table ${name} holds rules that iptables cannot show: collect nft list ruleset`, 'warning');
    }
    return 'comment';
  }

  private tableLine(name: string): 'table' {
    if (this.table)
      this.report(`table ${this.table.name} (line ${this.opened}) is not closed by COMMIT before this line`);
    this.inUnknownTable = !isTableName(name);
    if (isTableName(name)) this.enter(name);
    else {
      this.report(`"${name}" is not a table of iptables`);
      this.table = undefined;
    }
    return 'table';
  }

  private chainLine(line: string): 'chain' {
    const [, name, policy = '-', packets, bytes] = CHAIN.exec(line) ?? [];
    if (name === undefined) this.report('a chain is declared as ":NAME POLICY [packets:bytes]"');
    else if (!this.table) this.outside(`chain ${name} is declared outside a table`);
    else this.declare(this.table, name, policy, counters(packets, bytes));
    return 'chain';
  }

  private declare(table: Table, name: string, policy: string, counted: Counters | undefined): void {
    const isBase = (BASE_CHAINS[table.name] as readonly string[]).includes(name);
    const known = table.chains.get(name);
    if (known) this.report(`chain ${name} is declared twice in table ${table.name}`, 'warning');
    if (policy !== '-' && policy !== 'ACCEPT' && policy !== 'DROP')
      this.report(`"${policy}" is not a policy: ACCEPT, DROP or -`);
    if (policy !== '-' && !isBase)
      this.report(`${name} is not a base chain of table ${table.name}, so it has no policy`, 'warning');
    table.chains.set(name, {
      name,
      policy: policy === '-' ? undefined : policy,
      counters: counted,
      references: undefined,
      line: this.line,
      rules: known?.rules ?? [],
    });
  }

  private command(line: string): DumpLine['kind'] {
    const counted = COUNTED.exec(line);
    const start = counted?.[0].length ?? 0;
    const [head, command = ''] = COMMAND.exec(line.slice(start)) ?? [];
    if (head === undefined) return this.other(line);
    const from = start + head.length;
    const name = nextWord(line, from)?.word;
    const short = SHORT[command] ?? command;
    if (!['-A', '-I', '-N', '-P'].includes(short)) {
      this.report(`${command} is a command of iptables-restore; what it does to the rules is not shown`, 'warning');
      return 'other';
    }
    const isRule = short === '-A' || short === '-I';
    if (!name) this.report(isRule ? 'a rule names its chain: "-A CHAIN …"' : `${command} names no chain`);
    else if (!this.table)
      this.outside(isRule ? 'a rule stands outside a table' : `chain ${name.text} is declared outside a table`);
    else {
      if (isRule)
        this.addRule(this.table, name, line, {
          start: counted ? start : indent(line),
          counted,
          insert: short === '-I',
        });
      else this.declareByCommand(this.table, name.text, short === '-P' ? line.slice(name.end) : '');
    }
    return isRule ? 'rule' : 'chain';
  }

  /** `-N CHAIN`, and `-P CHAIN POLICY [-c PACKETS BYTES]`. */
  private declareByCommand(table: Table, name: string, rest: string): void {
    const [, policy = '-', packets, bytes] = /^\s+(\S+)(?:\s+-c\s+(\d+)\s+(\d+))?/.exec(rest) ?? [];
    const known = table.chains.get(name);
    // In a file for iptables-restore, -P changes the policy of a chain that stands there already.
    if (known && policy !== '-') table.chains.set(name, { ...known, policy });
    else this.declare(table, name, policy, counters(packets, bytes));
  }

  private addRule(table: Table, { text: name, start, end }: Word, line: string, at: RulePlace): void {
    let chain = table.chains.get(name);
    if (!chain) {
      // A base chain is there, declared or not.
      if (!(BASE_CHAINS[table.name] as readonly string[]).includes(name))
        this.report(`chain ${name} is used before it is declared in table ${table.name}`);
      chain = emptyChain(name, this.line);
      table.chains.set(name, chain);
    }
    const [position = '', number] = (at.insert && /^\s+(\d+)(?=\s|$)/.exec(line.slice(end))) || [];
    const rest = end + position.length;
    const written = at.insert ? `-A ${line.slice(start, end)}${line.slice(rest)}` : line.slice(at.start);
    const listed = this.implied.size > 0 ? / -c (\d+) (\d+)(?= |$)/.exec(written) : null;
    const text = listed ? written.replace(listed[0], '') : written;
    const known = this.known.get(text);
    const rule = new Rule(
      this.family,
      name,
      chain.rules.length + 1,
      text,
      counters(at.counted?.[1] ?? listed?.[1], at.counted?.[2] ?? listed?.[2]),
      this.line,
      known?.column === rest ? known : new RuleReading(this.family, line, rest),
    );
    if (at.insert) insertRule(chain, rule, Number(number ?? 1));
    else chain.rules.push(rule);
  }

  private other(line: string): 'other' {
    const shown = line.length > 60 ? `${line.slice(0, 60)}…` : line;
    this.report(
      /[\u0000-\u0008\u000e-\u001f\ufffd]/.test(line)
        ? 'this is not text: the file is binary or damaged here'
        : `"${shown}" is neither a table, a chain, a rule nor COMMIT`,
    );
    return 'other';
  }
}

/** Where in its line a rule begins, and what stands before it. */
interface RulePlace {
  readonly start: number;
  readonly counted: RegExpExecArray | null;
  readonly insert: boolean;
}

function indent(line: string): number {
  return line.length - line.trimStart().length;
}

function insertRule(chain: Chain, rule: Rule, position: number): void {
  chain.rules.splice(Math.max(0, position - 1), 0, rule);
  chain.rules.forEach((one, at) => {
    if (one.number !== at + 1) chain.rules[at] = one.withNumber(at + 1);
  });
}

export function emptyChain(name: string, line: number): Chain {
  return { name, policy: undefined, counters: undefined, references: undefined, line, rules: [] };
}

function counters(packets: string | undefined, bytes: string | undefined): Counters | undefined {
  return packets === undefined || bytes === undefined ? undefined : { packets: Number(packets), bytes: Number(bytes) };
}
