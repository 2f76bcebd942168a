import type { Family } from '../../net/address';
import type { Problem } from '../../problem';
import { BASE_CHAINS, type TableName } from '../hook';
import { Rule, RuleReading } from '../rule';
import type { Chain, Ruleset, Table } from '../ruleset';
import { writeRule } from './rule-text';
import type { ListedChain, Report, Section } from './sections';
import { tableOf } from './table-of';

interface Draft {
  readonly line: number;
  readonly tables: Map<TableName, Table>;
  readonly problems: Problem[];
}

/** Sections to rulesets: a section goes into the latest ruleset, unless its table has such a chain there already. */
export function assemble(
  sections: readonly Section[],
  problems: readonly Problem[],
  family: Family,
  given: TableName | undefined,
): [Ruleset, ...Ruleset[]] {
  const first: Draft = { line: 0, tables: new Map(), problems: [] };
  const others: Draft[] = [];
  const told = tablesOf(sections);
  let latest = first;
  for (const section of sections) {
    const { line } = section;
    if (section.command && section.command.ipv6 !== (family === 6)) {
      const other = family === 6 ? 'iptables' : 'ip6tables';
      latest.problems.push({ severity: 'warning', line, message: `this part is printed by ${other}, and is left out` });
      continue;
    }
    const name = given ?? told(section);
    const table = latest.tables.get(name ?? 'filter');
    if (table && [...section.chains.keys()].some((chain) => table.chains.has(chain))) {
      latest = { line, tables: new Map(), problems: [] };
      others.push(latest);
    }
    const { problems: own } = latest;
    const report: Report = (at, message, severity = 'error') => {
      own.push({ severity, line: at, message });
    };
    if (name === undefined) report(line, 'nothing tells the table of this chain: it is taken for filter', 'warning');
    addSection(latest.tables, section, name ?? 'filter', family, report);
  }
  const following = [...others];
  latest = first;
  for (const problem of problems) {
    while (following[0] && following[0].line <= problem.line) latest = following.shift() ?? latest;
    latest.problems.push(problem);
  }
  const finish = (draft: Draft): Ruleset => ({
    family,
    tables: new Map([...draft.tables].map(([name, table]) => [name, { ...table, partial: isPartial(table) }])),
    problems: draft.problems.sort((a, b) => a.line - b.line),
  });
  return [finish(first), ...others.map(finish)];
}

/** `iptables -L CHAIN` prints one chain. Kernels before 2.6.36 have no INPUT in nat. */
function isPartial({ name, chains }: Table): boolean {
  return BASE_CHAINS[name].some((hook) => !chains.has(hook) && !(name === 'nat' && hook === 'INPUT'));
}

/** The table of each section, as far as it is told. A chain listed alone is of the table that has a jump to it. */
function tablesOf(sections: readonly Section[]): (section: Section) => TableName | undefined {
  const told = new Map(sections.map((section) => [section, tableOf(section)]));
  const jumps = new Map<string, TableName>();
  for (const [section, table] of told)
    if (table !== undefined)
      for (const chain of section.chains.values()) for (const { row } of chain.rows) jumps.set(row.target, table);
  return (section) => {
    const jumped = [...section.chains.keys()].find((name) => jumps.has(name));
    return told.get(section) ?? (jumped === undefined ? undefined : jumps.get(jumped));
  };
}

function addSection(
  tables: Map<TableName, Table>,
  section: Section,
  name: TableName,
  family: Family,
  report: Report,
): void {
  const table = tables.get(name) ?? { name, line: section.line, chains: new Map<string, Chain>() };
  tables.set(name, table);
  const other = family === 6 ? /^!?[\d.]+(?:\/|$)/ : /:/;
  let told = false;
  for (const listed of section.chains.values()) {
    table.chains.set(listed.name, toChain(listed, name, family, report));
    const hidden = listed.rows.find(({ row }) => row.interfaces === undefined);
    if (hidden && !told)
      report(hidden.line, 'the rows show no interfaces (made without -v): each rule may be limited to some', 'warning');
    told ||= hidden !== undefined;
    const foreign = listed.rows.find(({ row }) => other.test(row.source) || other.test(row.destination));
    if (foreign) report(foreign.line, `chain ${listed.name} has addresses of IPv${family === 6 ? 4 : 6}`);
  }
}

function toChain(listed: ListedChain, table: TableName, family: Family, report: Report): Chain {
  const { name, policy, counters, references, line } = listed;
  const rules: Rule[] = [];
  let number = 0;
  for (const { line: at, row } of listed.rows) {
    const next = Math.max(number + 1, row.number ?? 0);
    if (next > number + 1) report(at, `rules of chain ${name} are missing: this is ${next}, after ${number}`);
    number = next;
    const { text, from, problems } = writeRule(name, row, family, `${table}/${name}/${number}`);
    for (const message of problems) report(at, message, 'warning');
    const reading = new RuleReading(family, text, from);
    rules.push(new Rule(family, name, number, text, row.counters, at, reading));
  }
  return { name, policy, counters, references, line, rules };
}
