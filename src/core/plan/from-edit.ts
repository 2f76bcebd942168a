import { canonicalRule } from '../netfilter/canonical';
import type { Chain } from '../netfilter/ruleset';
import { parseSave } from '../netfilter/save';
import { TABLES } from '../netfilter/hook';
import { readRoutes } from '../routing/read-routes';
import { readSysctls } from '../routing/sysctl';
import { savedTable } from './changes/saved-rules';
import type { PlannedChange } from './plan';

/** The output of a node before and after somebody has edited it. */
export interface EditedOutput {
  readonly node: string;
  /** Probe id. */
  readonly output: string;
  readonly before: string;
  readonly after: string;
}

/** The changes that make a node's state what an output was edited to; the error says why it is not a state to be made. */
export function changesOfEdit(edit: EditedOutput): PlannedChange[] | { readonly error: string } {
  const { node, output } = edit;
  const common = { node, insist: false } as const;
  const family = output.startsWith('ip6') ? 6 : 4;
  if (/^ip6?tables(-legacy)?-save$/.test(output)) {
    const prefix = `${family === 6 ? 'ip6tables' : 'iptables'}${output.includes('legacy') ? '-legacy' : ''}`;
    return changesOfRules(edit, family, prefix).map((change) => ({ ...common, ...change }));
  }
  if (output === 'ip-route' || output === 'ip6-route') {
    const was = readRoutes(edit.before, family).routes.map(({ text }) => text);
    const is = readRoutes(edit.after, family).routes.map(({ text }) => text);
    const command = (verb: string, text: string): PlannedChange => ({
      ...common,
      kind: 'route',
      command: `${family === 6 ? '-6 ' : ''}${verb} ${text}`,
    });
    return [
      ...was.filter((text) => !is.includes(text)).map((text) => command('del', text)),
      ...is.filter((text) => !was.includes(text)).map((text) => command('add', text)),
    ];
  }
  if (output === 'sysctl') {
    const was = readSysctls('sysctl net', edit.before);
    return [...readSysctls('sysctl net', edit.after).entries()].flatMap(([key, { value }]) =>
      was.get(key)?.value === value ? [] : [{ ...common, kind: 'sysctl' as const, key, value, file: undefined }],
    );
  }
  return { error: `an edit of ${output} is no plan: rules as iptables-save prints them, routes and sysctls are` };
}

type RuleOrTable =
  Extract<PlannedChange, { readonly kind: 'rule' | 'table' }> extends infer C
    ? C extends PlannedChange
      ? Omit<C, 'node' | 'insist'>
      : never
    : never;

/** Rule by rule, where rules were added to chains or taken out; else the whole table. */
function changesOfRules({ before, after }: EditedOutput, family: 4 | 6, prefix: string): RuleOrTable[] {
  const was = parseSave(before, family);
  const is = parseSave(after, family);
  return TABLES.flatMap((table): RuleOrTable[] => {
    if (savedTable(was, table) === savedTable(is, table)) return [];
    const whole: RuleOrTable = {
      kind: 'table',
      family: family === 4 ? 'ipv4' : 'ipv6',
      table,
      restore: savedTable(is, table),
    };
    const old = was.tables.get(table)?.chains;
    const now = is.tables.get(table)?.chains;
    const names = new Set([...(old?.keys() ?? []), ...(now?.keys() ?? [])]);
    const rules: RuleOrTable[] = [];
    for (const name of names) {
      const [one, other] = [old?.get(name), now?.get(name)];
      if (!one || !other || one.policy !== other.policy) return [whole];
      const edits = editsOf(textsOf(one, family), textsOf(other, family));
      if (!edits) return [whole];
      rules.push(
        ...edits.map(({ verb, position, text }) => ({
          kind: 'rule' as const,
          rule: `${prefix === 'iptables' ? '' : `${prefix} `}-t ${table} ${verb} ${name}${verb === '-I' ? ` ${position}` : ''}${text.slice(`-A ${name}`.length)}`,
        })),
      );
    }
    return rules;
  });
}

function textsOf(chain: Chain, family: 4 | 6): string[] {
  return chain.rules.map(({ text }) => canonicalRule(text, family));
}

interface RuleEdit {
  readonly verb: '-A' | '-I' | '-D';
  readonly position: number;
  readonly text: string;
}

/** Additions or deletions; undefined where rules changed places, or where those that say the same leave it open which is meant. */
function editsOf(was: readonly string[], is: readonly string[]): RuleEdit[] | undefined {
  const gone = was.filter((text) => !is.includes(text));
  const kept = was.filter((text) => is.includes(text));
  const stay = is.filter((text) => was.includes(text));
  const twice = new Set(was).size < was.length || new Set(is).size < is.length;
  if (kept.join('\n') !== stay.join('\n') || (twice && was.join('\n') !== is.join('\n'))) return undefined;
  const deleted = gone.map((text): RuleEdit => ({ verb: '-D', position: 0, text }));
  const added = is.flatMap((text, at): RuleEdit[] => {
    if (was.includes(text)) return [];
    const last = is.slice(at).every((rest) => !was.includes(rest));
    return [{ verb: last ? '-A' : '-I', position: at + 1, text }];
  });
  return [...deleted, ...added];
}
