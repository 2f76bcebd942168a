import { type Family } from '../net/address';
import { TABLES, type TableName } from '../netfilter/hook';
import type { Chain, Table } from '../netfilter/ruleset';
import type { NetworkNamespace } from '../snapshot/namespace';

/** A chain in canonical words: no counters. kube-proxy writes rules of one chain in the order of a map, which tells nothing. */
export function canonicalChain(chain: Chain | undefined): string[] {
  if (!chain) return [];
  const rules = chain.rules.map(({ text }) => text);
  const last = rules.filter((text) => / -j KUBE-NODEPORTS$/.test(text));
  const kept =
    chain.name === 'KUBE-SERVICES' ? [...rules.filter((text) => !last.includes(text)).sort(), ...last] : rules;
  return [`:${chain.name} ${chain.policy ?? '-'}`, ...kept];
}

/** The tables of a namespace that hold a chain, by the name of the table. */
export function tablesOf(host: NetworkNamespace | undefined, family: Family): ReadonlyMap<TableName, readonly Table[]> {
  const found = new Map<TableName, Table[]>();
  for (const { table } of host?.netfilter(family).tables ?? [])
    found.set(table.name, [...(found.get(table.name) ?? []), table]);
  return found;
}

/** The chains that are not the same before and after, each in canonical words, by table. */
export function changedChains(
  before: NetworkNamespace | undefined,
  after: NetworkNamespace | undefined,
  family: Family,
): { readonly table: TableName; readonly before: readonly string[]; readonly after: readonly string[] }[] {
  const was = tablesOf(before, family);
  const is = tablesOf(after, family);
  return TABLES.flatMap((name) => {
    const chainOf = (tables: typeof was, chain: string): string[] =>
      (tables.get(name) ?? []).flatMap((table) => canonicalChain(table.chains.get(chain)));
    const names = new Set(
      [was, is].flatMap((tables) => (tables.get(name) ?? []).flatMap((table) => [...table.chains.keys()])),
    );
    const changed = [...names]
      .map((chain) => ({ before: chainOf(was, chain), after: chainOf(is, chain) }))
      .filter((one) => one.before.join('\n') !== one.after.join('\n'));
    if (changed.length === 0) return [];
    return [{ table: name, before: changed.flatMap((one) => one.before), after: changed.flatMap((one) => one.after) }];
  });
}
