import type { Problem } from '../problem';
import type { Rule } from './rule';
import { allRules, type Ruleset, type Table } from './ruleset';

/** What is wrong with the rules themselves, beyond what the parser reports. In order of lines. */
export function lintRules(ruleset: Ruleset): Problem[] {
  const problems = [...allRules(ruleset)].flatMap(({ table, rule }) => lintRule(table, rule));
  for (const table of ruleset.tables.values()) problems.push(...jumpLoops(table));
  return problems.sort((a, b) => a.line - b.line);
}

/**
 * Jumps that lead back to where they came from, which the kernel refuses to load (net/netfilter/x_tables.c
 * `xt_find_jump_offset`, net/netfilter/nf_tables_api.c): the dump was edited, or put together of several.
 */
export function jumpLoops(table: Table): Problem[] {
  const problems: Problem[] = [];
  const done = new Set<string>();
  for (const start of table.chains.keys()) {
    if (done.has(start)) continue;
    const open = new Set([start]);
    const stack = [{ name: start, jumps: jumpsOf(table, start) }];
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const next = top.jumps.pop();
      if (!next) {
        done.add(top.name);
        open.delete(top.name);
        stack.pop();
      } else if (open.has(next.chain)) {
        const message = `the jump to ${next.chain} leads back to it: chains of table ${table.name} go round in circles`;
        problems.push({ severity: 'error', line: next.line, message });
      } else if (!done.has(next.chain)) {
        open.add(next.chain);
        stack.push({ name: next.chain, jumps: jumpsOf(table, next.chain) });
      }
    }
  }
  return problems;
}

function jumpsOf(table: Table, name: string): { chain: string; line: number }[] {
  const jumps = new Map<string, number>();
  for (const { line, text } of table.chains.get(name)?.rules ?? []) {
    // Without reading all of the rule: what follows -j or -g and is a chain of this table.
    const unquoted = text.includes('"') ? text.replace(/"(?:[^"\\]|\\.)*"/g, '') : text;
    for (const [, chain = ''] of unquoted.matchAll(/ -[jg] (\S+)/g))
      if (table.chains.has(chain) && !jumps.has(chain)) jumps.set(chain, line);
  }
  return [...jumps].map(([chain, line]) => ({ chain, line }));
}

export function lintRule(table: Table, { syntax, meaning, line }: Rule): Problem[] {
  const problems: Problem[] = [];
  if (syntax.problem !== undefined) problems.push({ severity: 'error', line, message: syntax.problem });
  const { action } = meaning;
  // iptables-restore refuses such a jump, so the dump is cut or edited; a listing of single chains is neither.
  if (table.partial === true) return problems;
  if ((action.kind === 'call' || action.kind === 'goto') && !table.chains.has(action.chain)) {
    const message = `chain ${action.chain} does not exist in table ${table.name}`;
    problems.push({ severity: 'error', line, message });
  }
  return problems;
}
