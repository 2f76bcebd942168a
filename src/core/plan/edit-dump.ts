import { BASE_CHAINS } from '../netfilter/hook';
import { canonicalRule, sameRule } from '../netfilter/canonical';
import type { Chain, Table } from '../netfilter/ruleset';
import { type Dump, printDump } from '../netfilter/save';
import { readRuleSyntax } from '../netfilter/syntax';
import { endLine } from '../text/lines';
import { isTarget } from '../netfilter/targets/read';
import type { RuleChange } from './rule-change';

/** The dump as it would be after the change; the error says why iptables would refuse it. */
export function editDump(dump: Dump, change: RuleChange): string | { readonly error: string } {
  const table = dump.tables.get(change.table);
  const chain = table?.chains.get(change.chain);
  const isBase = (BASE_CHAINS[change.table] as readonly string[]).includes(change.chain);
  if (!chain && !isBase) return { error: `there is no chain ${change.chain} in table ${change.table}` };
  if (change.operation === '-D') return removeRule(dump, chain, change);
  const refused = whyRefused(table, change);
  if (refused !== undefined) return { error: refused };
  if (change.operation === '-R') return replaceRule(dump, chain, change);
  const rule = savedRule(change);
  if (!table) return endLine(printDump(dump)) + newTable(change, rule);
  const { position = 1 } = change;
  const rules = chain?.rules ?? [];
  if (change.operation === '-I' && position > rules.length + 1)
    return { error: `chain ${change.chain} has only ${rules.length} rules: position ${position} is too far` };
  const before = change.operation === '-I' ? rules[position - 1] : undefined;
  const last = rules.at(-1);
  // Counting from 1: the line of the rule that comes next, or the one after the last rule or the last line of the table.
  const line = before?.line ?? (last?.line ?? lastLine(table)) + 1;
  return insertLines(dump, line, chain ? [rule] : [`:${change.chain} ACCEPT [0:0]`, rule]);
}

/** Tables that were not saved but listed, as a dump. */
export function dumpOf(tables: Iterable<Table>): string {
  return [...tables]
    .map((table) => {
      const chains = [...table.chains.values()];
      const declared = chains.map((chain) => `:${chain.name} ${chain.policy ?? '-'} [0:0]`);
      const rules = chains.flatMap((chain) => chain.rules.map((rule) => rule.text));
      return [`*${table.name}`, ...declared, ...rules, 'COMMIT', ''].join('\n');
    })
    .join('');
}

function whyRefused(table: Table | undefined, { body, table: name }: RuleChange): string | undefined {
  const { target, problem } = readRuleSyntax(body, 0);
  if (problem !== undefined) return problem;
  if (target && !isTarget(target.module) && table?.chains.has(target.module) !== true)
    return `there is no chain or target ${target.module} in table ${name}`;
  return undefined;
}

function removeRule(dump: Dump, chain: Chain | undefined, change: RuleChange): string | { readonly error: string } {
  const rule =
    change.position === undefined
      ? chain?.rules.find((one) => sameRule(one.text, `-A ${change.chain} ${change.body}`, change.family))
      : chain?.rules[change.position - 1];
  if (!rule) return noSuchRule(change);
  const lines = dump.lines.filter((_, at) => at !== rule.line - 1);
  return printDump({ ...dump, lines });
}

function replaceRule(dump: Dump, chain: Chain | undefined, change: RuleChange): string | { readonly error: string } {
  const rule = chain?.rules[(change.position ?? 0) - 1];
  if (!rule) return noSuchRule(change);
  const text = savedRule(change);
  return printDump({
    ...dump,
    lines: dump.lines.map((line, at) => (at === rule.line - 1 ? { ...line, text } : line)),
  });
}

function savedRule({ chain, body, family }: RuleChange): string {
  return canonicalRule(`-A ${chain} ${body}`.trimEnd(), family);
}

function noSuchRule({ table, chain, position, body }: RuleChange): { readonly error: string } {
  const what = position === undefined ? `rule "${body}"` : `rule ${position}`;
  return { error: `there is no ${what} in ${table} ${chain}` };
}

function newTable(change: RuleChange, rule: string): string {
  const chains = BASE_CHAINS[change.table].map((name) => `:${name} ACCEPT [0:0]`);
  return [`*${change.table}`, ...chains, rule, 'COMMIT', ''].join('\n');
}

/** The last line that says something about a table. */
function lastLine(table: Table): number {
  let last = table.line;
  for (const chain of table.chains.values()) {
    last = Math.max(last, chain.line);
    for (const rule of chain.rules) last = Math.max(last, rule.line);
  }
  return last;
}

function insertLines(dump: Dump, line: number, texts: readonly string[]): string {
  const before = dump.lines.slice(0, line - 1);
  const end = dump.lines.find((one) => one.end !== '')?.end ?? '\n';
  // The line before may be the last of a dump that is cut off, and have no line end.
  const head = before.map((one) => one.text + (one.end === '' ? end : one.end)).join('');
  return head + texts.map((text) => text + end).join('') + printDump({ ...dump, lines: dump.lines.slice(line - 1) });
}
