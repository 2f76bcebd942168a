import { type Form, formOf, type Place } from '../agents/form';

/** The block `set:` of an agent's change in a plan, as far as it is written. */
export interface SetBlock {
  /** Of the configuration whose values it sets. */
  readonly form: Form;
  /** Names that are set in it already. */
  readonly names: ReadonlySet<string>;
}

const ENTRY = /^\s*-\s/;
const SET = /^(\s*(?:-\s+)?)set:\s*$/;

/** The block that a line of a plan is in, counting from 0; by lines, since what is being written is no YAML yet. */
export function setBlockAt(lines: readonly string[], line: number): SetBlock | undefined {
  const own = indentOf(lines[line] ?? '');
  let from = line - 1;
  const isWithin = (text: string): boolean => text.trim() === '' || (!SET.test(text) && indentOf(text) >= own);
  while (from >= 0 && isWithin(lines[from] ?? '')) from--;
  const [, before] = SET.exec(lines[from] ?? '') ?? [];
  if (before === undefined || before.length >= own) return undefined;
  let first = from;
  while (first > 0 && !ENTRY.test(lines[first] ?? '')) first--;
  let after = line + 1;
  while (after < lines.length && !ENTRY.test(lines[after] ?? '')) after++;
  const form = formIn(lines.slice(first, after).join('\n'));
  if (!form) return undefined;
  const names = new Set<string>();
  for (let at = from + 1; at < after; at++) {
    if (indentOf(lines[at] ?? '') <= before.length && lines[at]?.trim() !== '') break;
    const [, name] = /^\s*([\w.-]+):/.exec(lines[at] ?? '') ?? [];
    if (at !== line && name !== undefined) names.add(name);
  }
  return { form, names };
}

function indentOf(line: string): number {
  return /^\s*/.exec(line)?.[0].length ?? 0;
}

/** Of an entry that says already what is configured, and where. */
function formIn(entry: string): Form | undefined {
  const [, kind, rest = ''] = /(?:^|\n)[\s-]*(kube-proxy|flannel):([^]*)$/.exec(entry) ?? [];
  const [, where, path = ''] =
    /\b(config|flags|configMap|etcd|netConf|subnetEnv|docker):\s*([^\s,}]*)/.exec(rest) ?? [];
  if (kind === undefined || where === undefined) return undefined;
  // What an object holds makes no difference to its fields.
  return formOf(kind === 'flannel' ? 'flannel' : 'kube-proxy', { [where]: path } as unknown as Place);
}
