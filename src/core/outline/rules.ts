import type { Family } from '../net/address';
import { destinationOf } from '../netfilter/destination';
import type { Names } from '../netfilter/match';
import type { Counters, Rule } from '../netfilter/rule';
import type { Chain } from '../netfilter/ruleset';
import { chainPurpose } from '../netfilter/well-known-chains';
import type { KnownTable } from '../snapshot/netfilter';
import type { NetworkNamespace } from '../snapshot/namespace';
import { targetAt } from '../trace/questions-about';
import { inParts, unread, type OutlineItem, plural, type SourceRef } from './item';

/** iptables by table, chain and rule. One entry per family that has any. */
export function rulesItems(namespace: NetworkNamespace, names: Names): OutlineItem[] {
  return ([4, 6] as const).flatMap((family) => familyItem(namespace, family, names));
}

function familyItem(namespace: NetworkNamespace, family: Family, names: Names): OutlineItem[] {
  const netfilter = namespace.netfilter(family);
  const title = family === 4 ? 'iptables' : 'ip6tables';
  if (netfilter.known === 'none') {
    if (family === 6 || namespace.kind !== 'host') return [];
    return [unread(namespace, 'iptables', 'iptables-save', ['iptables-save', 'iptables-legacy-save'])];
  }
  if (family === 6 && netfilter.tables.length === 0) return [];
  const rules = netfilter.tables.reduce((sum, { table }) => sum + countRules(table.chains.values()), 0);
  return [
    {
      id: title,
      label: title,
      description: `${plural(rules, 'rule')}${netfilter.unlisted.length > 0 ? ` · ${netfilter.unlisted.join(', ')} not collected` : ''}`,
      icon: 'shield',
      children: () => netfilter.tables.map((known) => tableItem(namespace, known, names)),
    },
  ];
}

function countRules(chains: Iterable<Chain>): number {
  let count = 0;
  for (const chain of chains) count += chain.rules.length;
  return count;
}

function tableItem(namespace: NetworkNamespace, known: KnownTable, names: Names): OutlineItem {
  const { table, flavour, output } = known;
  const chains = [...table.chains.values()];
  const source = (line: number): SourceRef => ({ node: namespace.node, namespace: namespace.name, output, line });
  return {
    id: `${output} ${table.name}`,
    label: table.name,
    description: `${plural(chains.length, 'chain')}, ${plural(countRules(chains), 'rule')}${flavour === 'legacy' ? ' · legacy' : ''}`,
    icon: 'table',
    source: source(table.line),
    copy: table.name,
    children: () => inParts(chains, (chain) => chainItem(chain, source, names)),
  };
}

function chainItem(chain: Chain, source: (line: number) => SourceRef, names: Names): OutlineItem {
  const purpose = chainPurpose(chain.name);
  const head =
    chain.policy === undefined
      ? plural(chain.rules.length, 'rule')
      : `policy ${chain.policy} · ${plural(chain.rules.length, 'rule')}`;
  return {
    id: chain.name,
    label: chain.name,
    description: `${head}${chain.counters ? ` · ${countersText(chain.counters)}` : ''}`,
    ...(purpose && {
      tooltip: `${chain.name} ${purpose.purpose}${purpose.owner === undefined ? '' : ` (kept by ${purpose.owner})`}`,
    }),
    icon: chain.policy === undefined ? 'symbol-function' : 'symbol-event',
    ...(chain.policy === 'DROP' && { state: 'warning' as const }),
    source: source(chain.line),
    copy: chain.name,
    ...(chain.rules.length > 0 && { children: () => inParts(chain.rules, (rule) => ruleItem(rule, source, names)) }),
  };
}

function ruleItem(rule: Rule, source: (line: number) => SourceRef, names: Names): OutlineItem {
  const target = rule.syntax.target?.module ?? 'count';
  const conditions = rule.meaning.conditions.map((condition) => condition.words(names)).filter((words) => words !== '');
  const destination = destinationOf(rule);
  const asked = destination && targetAt(destination);
  return {
    id: String(rule.number),
    label: `${rule.number}  ${conditions.join(', ') || 'all packets'}`,
    description: `→ ${target}${rule.counters ? ` · ${countersText(rule.counters)}` : ''}`,
    tooltip: rule.text,
    icon: iconOf(target),
    source: source(rule.line),
    copy: rule.text,
    ...(asked && { traceTo: asked.to, ...(asked.protocol !== undefined && { protocol: asked.protocol }) }),
  };
}

function iconOf(target: string): string {
  const icons: Readonly<Partial<Record<string, string>>> = {
    ACCEPT: 'pass',
    DROP: 'circle-slash',
    REJECT: 'error',
    RETURN: 'reply',
    DNAT: 'replace',
    SNAT: 'replace',
    MASQUERADE: 'replace',
    REDIRECT: 'replace',
    NETMAP: 'replace',
    MARK: 'tag',
    CONNMARK: 'tag',
    LOG: 'output',
    NFLOG: 'output',
  };
  return icons[target] ?? 'arrow-right';
}

/** `69510 packets` */
function countersText(counters: Counters): string {
  return plural(counters.packets, 'packet');
}
