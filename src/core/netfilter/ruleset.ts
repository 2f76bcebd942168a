import type { Family } from '../net/address';
import type { Problem } from '../problem';
import type { TableName } from './hook';
import type { Counters, Rule } from './rule';

/** A base chain has a policy; a chain of the user's has none. */
export interface Chain {
  readonly name: string;
  readonly policy: string | undefined;
  readonly counters: Counters | undefined;
  /** How many rules jump to it, where a listing says so. */
  readonly references: number | undefined;
  /** Line of its declaration, counting from 1. */
  readonly line: number;
  readonly rules: Rule[];
}

export interface Table {
  readonly name: TableName;
  readonly line: number;
  readonly chains: Map<string, Chain>;
  /** A listing of single chains: the table has more than it shows. */
  readonly partial?: boolean;
}

/** The tables that one output shows. */
export interface Ruleset {
  readonly family: Family;
  readonly tables: ReadonlyMap<TableName, Table>;
  readonly problems: readonly Problem[];
}

export function* allRules(ruleset: Ruleset): Generator<{ table: Table; chain: Chain; rule: Rule }> {
  for (const table of ruleset.tables.values())
    for (const chain of table.chains.values()) for (const rule of chain.rules) yield { table, chain, rule };
}
