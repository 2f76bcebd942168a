import type { Problem } from '../problem';
import type { Rule } from './rule';
import { allRules, type Ruleset, type Table } from './ruleset';

/** What is wrong with the rules themselves, beyond what the parser reports. In order of lines. */
export function lintRules(ruleset: Ruleset): Problem[] {
  const problems = [...allRules(ruleset)].flatMap(({ table, rule }) => lintRule(table, rule));
  return problems.sort((a, b) => a.line - b.line);
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
