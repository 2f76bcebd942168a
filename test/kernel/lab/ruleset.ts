import { command } from './command';

/** Rules of one program, as many as it accepts. */
export interface RuleSet {
  readonly program: 'iptables' | 'iptables-legacy' | 'ip6tables' | 'ip6tables-legacy';
  /** `nat -N KUBE-SERVICES`, `filter -P FORWARD DROP`, `nat -A PREROUTING -p tcp …` */
  readonly lines: readonly string[];
}

/** Puts all of them in at once; where the program refuses any, one by one. Returns those that it refuses. */
export async function applyRules(namespace: string, { program, lines }: RuleSet): Promise<string[]> {
  const inside = ['ip', 'netns', 'exec', namespace];
  const { code } = await command([...inside, `${program}-restore`, '--noflush'], restoreText(lines));
  if (code === 0) return [];
  const script = lines.map((line, at) => `${program} -w -t ${line} 2>/dev/null || echo ${at}`).join('\n');
  const { stdout } = await command([...inside, 'sh'], script);
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((at) => lines[Number(at)] ?? '');
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
