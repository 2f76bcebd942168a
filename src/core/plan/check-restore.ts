import type { Family } from '../net/address';
import type { TableName } from '../netfilter/hook';
import { parseSave } from '../netfilter/save';
import { checkRuleBody } from './check-rule';

/** Why a text is not that one table as iptables-restore reads it; the line counts within the text. */
export function checkRestore(text: string, table: TableName, family: Family): string | undefined {
  const { tables, problems, lines } = parseSave(text, family);
  const [problem] = problems;
  if (problem) return `line ${problem.line}: ${problem.message}`;
  const other = [...tables.keys()].find((name) => name !== table);
  if (other !== undefined) return `this is table ${table}, and has table ${other} in it`;
  const found = tables.get(table);
  if (!found || !lines.some(({ kind }) => kind === 'table')) return `the table begins with *${table}`;
  for (const chain of found.chains.values())
    for (const rule of chain.rules) {
      const wrong = checkRuleBody(rule.text.replace(/^-A\s+("[^"]*"|\S+)/, ''), family);
      if (wrong !== undefined) return `line ${rule.line}: ${wrong}`;
      const target = rule.syntax.target?.module;
      if (target !== undefined && !found.chains.has(target) && rule.syntax.target?.goto === true)
        return `line ${rule.line}: there is no chain ${target} in the table`;
    }
  return undefined;
}
