import type { TableName } from './hook';

/**
 * The tables of `iptables -S`, which names none, by the number of the line where each begins: its policies tell which it
 * is. Empty where the text names its tables itself. Rules alone are taken to be those of the nat table where they say
 * so, else of the filter table.
 */
export function impliedTables(lines: readonly string[]): Map<number, TableName> {
  const tables = new Map<number, TableName>();
  if (lines.some((line) => line.startsWith('*') || line.startsWith(':') || line.trimEnd() === 'COMMIT')) return tables;
  let policies: string[] = [];
  let start = 0;
  lines.forEach((line, at) => {
    const chain = /^\s*-P (\S+)/.exec(line)?.[1];
    if (chain !== undefined) {
      if (policies.length === 0) start = at + 1;
      policies.push(chain);
    } else if (line.trim() !== '' && !line.startsWith('#')) {
      if (policies.length > 0) tables.set(start, tableOf(policies));
      policies = [];
    }
  });
  if (policies.length > 0) tables.set(start, tableOf(policies));
  const first = lines.findIndex((line) => /^\s*(\[\d+:\d+\]\s*)?-[ANI] /.test(line));
  if (tables.size === 0 && first >= 0) tables.set(first + 1, lines.some(isNat) ? 'nat' : 'filter');
  return tables;
}

/** Which table has just these base chains. */
function tableOf(policies: readonly string[]): TableName {
  if (!policies.includes('PREROUTING')) return 'filter';
  if (policies.includes('FORWARD')) return 'mangle';
  return policies.includes('POSTROUTING') ? 'nat' : 'raw';
}

function isNat(line: string): boolean {
  return / -j (DNAT|SNAT|MASQUERADE|REDIRECT|NETMAP)( |$)|-A (PREROUTING|POSTROUTING) /.test(line);
}
