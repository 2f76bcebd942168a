import type { Family } from '../net/address';
import { isTableName, TABLES, type TableName } from '../netfilter/hook';
import { parseListing } from '../netfilter/list';
import type { RuleReading } from '../netfilter/rule';
import type { Table } from '../netfilter/ruleset';
import { parseSaveInSteps } from '../netfilter/save';
import type { Problem } from '../problem';
import type { Output } from './format';
import { lazy } from '../text/lazy';

/** The two implementations behind iptables; both may hold rules, and both are asked (facts: both hooks are registered). */
export type Flavour = 'nft' | 'legacy';

/** A table with its origin, so that each rule can be followed to the line it came from. */
export interface KnownTable {
  readonly flavour: Flavour;
  /** The probe id of the output. */
  readonly output: string;
  readonly table: Table;
}

/** What is known of the rules of one family in one network namespace. */
export interface Netfilter {
  readonly tables: readonly KnownTable[];
  /** `all`: every table is shown. `some`: only those listed. `none`: nothing was collected, or it failed. */
  readonly known: 'all' | 'some' | 'none';
  /** Tables that no output shows whole, where some do. */
  readonly unlisted: readonly TableName[];
  readonly problems: readonly (Problem & { readonly output: string })[];
  /**
   * Whether a rule makes the kernel track connections in this namespace: the hooks are registered only then, and
   * without them the nat tables are never asked.
   */
  tracksConnections(): boolean;
}

/** Matches and targets that take a reference on connection tracking (`nf_ct_netns_get` in net/netfilter/xt_*.c). */
const NEEDS_TRACKING =
  / -m (?:conntrack|state|connmark|connbytes|connlimit|connlabel|helper|cluster) | -j (?:DNAT|SNAT|MASQUERADE|REDIRECT|NETMAP|CONNMARK|SYNPROXY|CT (?!--notrack))/;

const SAVES: Readonly<Record<Family, readonly (readonly [id: string, flavour: Flavour])[]>> = {
  4: [
    ['iptables-save', 'nft'],
    ['iptables-legacy-save', 'legacy'],
  ],
  6: [
    ['ip6tables-save', 'nft'],
    ['ip6tables-legacy-save', 'legacy'],
  ],
};

/** The same namespace at another time, and what was read of it then. */
export interface ReadBefore {
  readonly outputs: Readonly<Record<string, Output>>;
  readonly netfilter: Netfilter;
}

/**
 * Reads every output of iptables there is, a piece at a time: the dumps, or where there is none the listings. What has
 * not changed is not read again.
 */
export function* readNetfilter(
  outputs: Readonly<Record<string, Output>>,
  family: Family,
  before?: ReadBefore,
): Generator<void, Netfilter> {
  if (before && rulesOf(outputs).every(([id, output]) => before.outputs[id] === output)) {
    if (rulesOf(before.outputs).length === rulesOf(outputs).length) return before.netfilter;
  }
  const known = readingsOf(before?.netfilter);
  const tables: KnownTable[] = [];
  const problems: (Problem & { output: string })[] = [];
  const hidden: TableName[] = [];
  let saved = false;
  for (const [id, flavour] of SAVES[family]) {
    const output = outputs[id];
    if (!output || failed(output)) continue;
    saved = true;
    const dump = yield* parseSaveInSteps(output.stdout, family, known);
    for (const table of dump.tables.values()) tables.push({ flavour: flavourOf(output, flavour), output: id, table });
    hidden.push(...dump.hidden);
    problems.push(...dump.problems.map((problem) => ({ ...problem, output: id })));
  }
  const tracksConnections = lazy(() => tables.some(needsTracking));
  if (saved)
    return { tables, known: hidden.length > 0 ? 'some' : 'all', unlisted: hidden, problems, tracksConnections };

  const prefix = family === 4 ? 'iptables-list-' : 'ip6tables-list-';
  for (const [id, output] of Object.entries(outputs)) {
    const name = id.slice(prefix.length);
    if (!id.startsWith(prefix) || !isTableName(name) || failed(output)) continue;
    const listing = parseListing(output.stdout, family, name);
    for (const table of listing.tables.values()) tables.push({ flavour: 'nft', output: id, table });
    problems.push(...listing.problems.map((problem) => ({ ...problem, output: id })));
  }
  const listed = new Set(tables.filter(({ table }) => table.partial !== true).map(({ table }) => table.name));
  const unlisted = TABLES.filter((name) => name !== 'security' && !listed.has(name));
  return {
    tables,
    known: tables.length > 0 ? 'some' : 'none',
    unlisted: tables.length > 0 ? unlisted : [],
    problems,
    tracksConnections,
  };
}

function rulesOf(outputs: Readonly<Record<string, Output>>): [id: string, Output][] {
  return Object.entries(outputs).filter(([id]) => /^ip6?tables/.test(id));
}

function readingsOf(netfilter: Netfilter | undefined): Map<string, RuleReading> {
  const readings = new Map<string, RuleReading>();
  for (const { table } of netfilter?.tables ?? [])
    for (const { rules } of table.chains.values()) for (const { text, reading } of rules) readings.set(text, reading);
  return readings;
}

function needsTracking({ table }: KnownTable): boolean {
  for (const chain of table.chains.values())
    if (chain.rules.some((rule) => NEEDS_TRACKING.test(`${rule.text} `))) return true;
  return false;
}

/** A probe that failed and printed nothing says nothing. */
export function failed(output: Output): boolean {
  return output.exitCode !== 0 && output.stdout.trim() === '';
}

/** `iptables-save v1.8.9 (nf_tables)`, and plain where the legacy program made the dump under the common name. */
function flavourOf(output: Output, expected: Flavour): Flavour {
  const header = /^# Generated by ip6?tables-save v(\S+)( \(nf_tables\))?/m.exec(output.stdout);
  if (expected === 'nft' && header && header[2] === undefined) return 'legacy';
  return expected;
}
