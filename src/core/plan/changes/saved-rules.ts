import type { Family } from '../../net/address';
import { BASE_CHAINS, type TableName } from '../../netfilter/hook';
import type { Chain, Table } from '../../netfilter/ruleset';
import { type Dump, parseSave } from '../../netfilter/save';
import type { NetworkNamespace } from '../../snapshot/namespace';
import { dumpOf } from '../edit-dump';
import type { Flavour } from '../operation';
import type { Refused } from './made';

/** Dumps by family, in the order in which iptables itself would be one or the other. */
const SAVES: Readonly<Record<Family, readonly [string, string]>> = {
  4: ['iptables-save', 'iptables-legacy-save'],
  6: ['ip6tables-save', 'ip6tables-legacy-save'],
};

/** The rules that a command of iptables would change, as a dump. */
export interface SavedRules {
  readonly id: string;
  readonly command: string;
  readonly dump: Dump;
  readonly flavour: Flavour;
  /** Listed only: what a listing does not show is not known to be left as it is. */
  readonly listed: boolean;
}

export function savedRules(host: NetworkNamespace, family: Family, flavour: Flavour): SavedRules | Refused {
  const [usual, legacy] = SAVES[family];
  const ids = flavour === 'legacy' ? [legacy, usual] : [usual, legacy];
  const id = ids.find((candidate) => host.output(candidate)) ?? usual;
  const saved = host.output(id);
  const { known, tables: listed } = host.netfilter(family);
  if (known === 'none') return { error: `the rules of ${host.node} were not collected: collect ${id}` };
  const text = saved?.stdout ?? dumpOf(listed.map(({ table }) => table));
  // `iptables -S` names no table, so that another could not be added to it.
  const dump = parseSave(text, family);
  const whole = dump.tables.size === 0 || dump.lines.some((line) => line.kind === 'table');
  return {
    id,
    command: saved?.command ?? id,
    dump: whole ? dump : parseSave(dumpOf(dump.tables.values()), family),
    flavour: flavour === 'default' && id === legacy ? 'legacy' : flavour,
    listed: !saved,
  };
}

/** A chain in the words of `iptables -S CHAIN`; none where there is no such chain. */
export function specification({ tables }: Dump, table: TableName, name: string): string[] {
  const chain = tables.get(table)?.chains.get(name);
  const isBase = (BASE_CHAINS[table] as readonly string[]).includes(name);
  if (!chain) return isBase ? [`-P ${name} ACCEPT`] : [];
  const declared = isBase ? `-P ${name} ${chain.policy ?? 'ACCEPT'}` : `-N ${name}`;
  return [declared, ...chain.rules.map((rule) => rule.text)];
}

/** A table in the words of `iptables-save -t TABLE`, without counters and comments. */
export function savedTable({ tables }: Dump, name: TableName): string {
  const chains: ReadonlyMap<string, Chain> = tables.get(name)?.chains ?? new Map<string, Chain>();
  return tableText(name, chains);
}

/** Base chains first, which are there whether a text declares them or not. */
export function tableText(name: TableName, chains: Table['chains'] | ReadonlyMap<string, Chain>): string {
  const base: readonly string[] = BASE_CHAINS[name];
  const own = [...chains.values()].filter((chain) => !base.includes(chain.name));
  const all = [...base.map((one) => chains.get(one)), ...own].flatMap((chain) => (chain ? [chain] : []));
  return [
    `*${name}`,
    ...base.map((one) => `:${one} ${chains.get(one)?.policy ?? 'ACCEPT'}`),
    ...own.map((chain) => `:${chain.name} -`),
    ...all.flatMap((chain) => chain.rules.map((rule) => rule.text)),
    'COMMIT',
    '',
  ].join('\n');
}
