import { HOOKS, isHook } from '../hook';
import type { Problem } from '../../problem';
import { endsInComment } from './comment';
import { beginsExtension } from './extensions';
import {
  type ChainHeader,
  type Columns,
  isCutHeader,
  type ListCommand,
  readChainHeader,
  readColumns,
  readListCommand,
} from './header';
import { readRow, type Row } from './row';

export interface ListedRow {
  readonly line: number;
  row: Row;
}

export interface ListedChain extends ChainHeader {
  readonly line: number;
  readonly rows: ListedRow[];
}

/** Chains that one command printed, so that they are of one table. */
export interface Section {
  /** The command, where it was copied along. */
  readonly command: ListCommand | undefined;
  readonly line: number;
  readonly chains: Map<string, ListedChain>;
}

export type Report = (line: number, message: string, severity?: Problem['severity']) => void;

/** `[root@node01 ~]# exit`, `/ # exit` */
const PROMPT = /^(?:\[?[\w.-]+@[\w.-]+[^#$]*|[/~]?\S{0,20} ?)[#$](?:\s|$)/;

/** Reads lines in their order. What stands between the chains is prose, and no concern of this program. */
export class SectionReader {
  readonly sections: Section[] = [];
  private command: ListCommand | undefined;
  private section: Section | undefined;
  private chain: ListedChain | undefined;
  private columns: Columns | undefined;
  /** Whether the line before belongs to a chain: within it, every line should be understood. */
  private inside = false;
  private strayRows = 0;
  /** Whether there are column titles, and the line of a chain header that none have followed yet. */
  private titled = false;
  private untitled: number | undefined;
  private last = 0;

  constructor(private readonly report: Report) {}

  read(line: string, number: number): void {
    if (line !== '') this.last = number;
    if (line === '') this.inside = false;
    else if (!this.readHeader(line, number) && !this.readChainLine(line, number)) this.readOther(line, number);
  }

  end(): void {
    if (this.titled && this.untitled !== undefined && this.untitled === this.last)
      this.report(this.untitled, 'the listing ends behind the header of a chain: it is cut off');
  }

  private readHeader(line: string, number: number): boolean {
    const header = readChainHeader(line);
    if (!header) return false;
    if (!this.section || beginsSection(this.section, this.chain, header)) {
      this.section = { command: this.command, line: number, chains: new Map() };
      this.sections.push(this.section);
    }
    this.chain = { ...header, line: number, rows: [] };
    this.untitled = number;
    this.section.chains.set(header.name, this.chain);
    this.inside = true;
    return true;
  }

  private readChainLine(line: string, number: number): boolean {
    const columns = readColumns(line);
    if (columns) {
      this.columns = columns;
      this.untitled = undefined;
      this.inside = this.titled = true;
      return true;
    }
    // Copies leave titles out; those of another command would not fit.
    const row = readRow(line, this.columns) ?? (this.untitled === undefined ? undefined : readRow(line, undefined));
    if (!row) return false;
    this.untitled = undefined;
    if (this.chain) this.chain.rows.push({ line: number, row });
    else if (this.strayRows++ === 0) this.report(number, 'rules stand outside any chain: what comes before is cut off');
    this.inside = true;
    return true;
  }

  private readOther(line: string, number: number): void {
    const command = readListCommand(line);
    if (command) {
      this.command = command;
      this.section = this.chain = this.columns = undefined;
      this.inside = false;
    } else if (line.includes('incompatible') && line.includes("use 'nft' tool"))
      this.report(number, `rules are missing: "${line.slice(0, 120)}"`);
    else if (isCutHeader(line)) {
      this.report(number, `the header of a chain is cut off: "${line.slice(0, 120)}"`);
      this.chain = undefined;
    } else if (this.inside && !this.continueRow(line)) {
      if (PROMPT.test(line)) this.inside = false;
      else if (!line.startsWith('#')) this.reportStray(line, number);
    }
  }

  /** A comment that was wrapped, or other words of the row before. */
  private continueRow(line: string): boolean {
    const last = this.chain?.rows.at(-1);
    if (!last || !(endsInComment(last.row.rest) || beginsExtension(line, last.row.target))) return false;
    last.row = { ...last.row, rest: `${last.row.rest} ${line}` };
    return true;
  }

  private reportStray(line: string, number: number): void {
    if (/^(?:\.{2,}|…)$/.test(line)) {
      this.report(number, `rules may be left out here: "${line}"`, 'warning');
      return;
    }
    const shown = line.length > 60 ? `${line.slice(0, 60)}…` : line;
    const cut = /\s(?:--|-f|!f)(?:\s|$)/.test(line) || /^\s*\d+[KMGT]?\s+\d+[KMGT]?\s/.test(line);
    if (cut) this.report(number, `"${shown}" is not a whole rule: a column is missing`);
    else this.report(number, `"${shown}" is no rule, and is left out`, 'warning');
  }
}

/**
 * Whether a chain belongs to another table than those before it: iptables prints the base chains of a table first, in the
 * order of the hooks (before 1.4.18, nat's OUTPUT last), and then its other chains.
 */
function beginsSection(section: Section, last: ChainHeader | undefined, header: ChainHeader): boolean {
  if (section.chains.has(header.name)) return true;
  if (header.policy === undefined || !last) return false;
  if (last.policy === undefined) return true;
  if (!isHook(last.name) || !isHook(header.name)) return false;
  if (last.name === 'POSTROUTING' && header.name === 'OUTPUT') return false;
  return HOOKS.indexOf(header.name) < HOOKS.indexOf(last.name);
}
