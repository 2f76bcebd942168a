import type { Problem } from '../problem';
import { allRules, type Ruleset } from './ruleset';

/** What is wrong with the rules themselves, beyond what the parser reports. In order of lines. */
export function lintRules(ruleset: Ruleset): Problem[] {
  const problems: Problem[] = [];
  for (const { table, rule } of allRules(ruleset)) {
    if (rule.syntax.problem !== undefined)
      problems.push({ severity: 'error', line: rule.line, message: rule.syntax.problem });
    const { action } = rule.meaning;
    // iptables-restore refuses such a jump, so the dump is cut or edited; a listing of single chains is neither.
    if (table.partial === true) continue;
    if ((action.kind === 'call' || action.kind === 'goto') && !table.chains.has(action.chain))
      problems.push({
        severity: 'error',
        line: rule.line,
        message: `chain ${action.chain} does not exist in table ${table.name}`,
      });
  }
  return problems.sort((a, b) => a.line - b.line);
}
