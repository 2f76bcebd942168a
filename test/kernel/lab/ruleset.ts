import { command, inside } from './command';

/** Rules of one program, as many as it accepts. */
export interface RuleSet {
  readonly program: Program;
  /** `nat -N KUBE-SERVICES`, `filter -P FORWARD DROP`, `nat -A PREROUTING -p tcp …` */
  readonly lines: readonly string[];
}

export type Program = 'iptables' | 'iptables-legacy' | 'ip6tables' | 'ip6tables-legacy';

/** They make the kernel tell which rules packets match. Rules before these would not be told. */
const TRACING = ['raw -I PREROUTING -j TRACE', 'raw -I OUTPUT -j TRACE'];

/** Traces what is there, and what is put in after it. */
export async function traceRules(namespace: string, program: Program): Promise<void> {
  await restore(namespace, program, TRACING);
}

/** Puts all of them in at once, and traces them; of a table of which the program refuses any, one by one. */
export async function applyRules(namespace: string, { program, lines }: RuleSet): Promise<void> {
  // Chains come first in what is restored, and TRACE before the rules.
  const all = [...lines, ...TRACING];
  if (await restore(namespace, program, all)) return;
  for (const table of new Set(all.map(tableOf))) {
    const own = all.filter((line) => tableOf(line) === table);
    if (await restore(namespace, program, own)) continue;
    const script = own.map((line) => `${program} -w -t ${line} 2>/dev/null || true`).join('\n');
    await command([...inside(namespace), 'sh'], script);
  }
}

async function restore(namespace: string, program: Program, lines: readonly string[]): Promise<boolean> {
  const { code } = await command([...inside(namespace), `${program}-restore`, '--noflush'], restoreText(lines));
  return code === 0;
}

function tableOf(line: string): string {
  return line.slice(0, line.indexOf(' '));
}

/** Policies and chains first, since rules name the chains. */
function restoreText(lines: readonly string[]): string {
  const tables = new Map<string, { chains: string[]; rules: string[] }>();
  for (const line of lines) {
    const [table = '', verb = '', chain = '', policy = ''] = line.split(' ', 4);
    const content = tables.get(table) ?? { chains: [], rules: [] };
    tables.set(table, content);
    if (verb === '-N') content.chains.push(`:${chain} -`);
    else if (verb === '-P') content.chains.push(`:${chain} ${policy}`);
    else content.rules.push(line.slice(table.length + 1));
  }
  return [...tables]
    .flatMap(([table, { chains, rules }]) => [`*${table}`, ...chains, ...rules, 'COMMIT', ''])
    .join('\n');
}
