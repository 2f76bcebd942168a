import type { Family } from '../../net/address';
import type { Hook, TableName } from '../../netfilter/hook';
import type { KnownTable } from '../../snapshot/netfilter';
import { runTable } from './chains';
import { confirm, track } from './connections';
import { assume, type Walk } from './context';
import type { Egress } from './nat';
import { runNat } from './nat-table';
import type { Skb } from './skb';
import type { Stack } from './stack';
import { perform } from './targets';
import { ACCEPT, type TableVerdict } from './verdict';

type Part = Exclude<TableName, 'security'> | 'legacy security' | 'nft security' | 'track' | 'confirm';

/**
 * What happens at a hook, in the order of priorities (include/uapi/linux/netfilter_ipv4.h `NF_IP_PRI_*`). iptables-nft
 * gives its security table 150 in place of 50, and so puts it behind nat.
 */
const ORDER: Readonly<Record<Hook, readonly Part[]>> = {
  PREROUTING: ['raw', 'track', 'mangle', 'nat'],
  INPUT: ['mangle', 'filter', 'legacy security', 'nat', 'nft security', 'confirm'],
  FORWARD: ['mangle', 'filter', 'legacy security', 'nft security'],
  OUTPUT: ['raw', 'track', 'mangle', 'nat', 'filter', 'legacy security', 'nft security'],
  POSTROUTING: ['mangle', 'nat', 'confirm'],
};

function tablesOf(stack: Stack, family: Family, hook: Hook, part: Exclude<Part, 'track' | 'confirm'>): KnownTable[] {
  if (part !== 'legacy security' && part !== 'nft security') return stack.tablesAt(family, hook, part);
  return stack.tablesAt(family, hook, 'security').filter(({ flavour }) => part.startsWith(flavour));
}

/**
 * Of two hooks with one priority the one that was registered last runs first (net/netfilter/core.c
 * `nf_hook_entries_grow`; kernels before 4.14 the other way round). No output tells the order of the flavours.
 */
function inOrder(walk: Walk, stack: Stack, hook: Hook, tables: KnownTable[]): KnownTable[] {
  const [nft, legacy] = tables;
  if (!nft || !legacy || !isAnyone(nft, hook) || !isAnyone(legacy, hook)) return tables;
  if (![nft, legacy].some((known) => stack.mayDecide(known))) return tables;
  const { name } = nft.table;
  const first = walk.choices.decide(
    {
      id: `${stack.title} order ${name}`,
      code: 'flavour-order-unknown',
      node: stack.node,
      key: `order of ${name}`,
      domain: ['nft', 'legacy'],
      text: ([flavour]) => `table ${name} of ${flavour ?? ''} is asked first on ${stack.title}`,
    },
    [['nft'], ['legacy']],
  );
  return first === 0 ? [nft, legacy] : [legacy, nft];
}

/** Whether a table has anything at a hook. */
function isAnyone({ table }: KnownTable, hook: Hook): boolean {
  const base = table.chains.get(hook);
  return base !== undefined && (base.rules.length > 0 || base.policy === 'DROP');
}

/** Looks the way of a local packet up anew; a verdict where there is none. */
export type Reroute = () => TableVerdict | undefined;

export interface HookPlace {
  readonly egress?: Egress;
  readonly reroute?: Reroute;
}

/** Runs everything that is registered at a hook. */
export function runHook(walk: Walk, stack: Stack, skb: Skb, hook: Hook, place: HookPlace = {}): TableVerdict {
  const { family } = skb.packet.src;
  const netfilter = stack.namespace.netfilter(family);
  const unknown = askForRules(walk, stack, family, netfilter.known);
  if (unknown) return unknown;
  if (netfilter.unlisted.length > 0)
    assume(
      walk,
      'table-not-collected',
      stack.node,
      `tables ${netfilter.unlisted.join(', ')} of ${stack.title} were not collected, or not whole; what was not is taken to let everything pass`,
    );

  for (const part of ORDER[hook]) {
    if (part === 'track') track(stack, skb);
    else if (part === 'confirm') {
      const verdict = confirm(walk, stack, skb, hook);
      if (verdict.kind !== 'accept') return verdict;
    } else {
      const tables = inOrder(walk, stack, hook, tablesOf(stack, family, hook, part));
      // NAT is one hook for all tables; each of the others is a hook of its own.
      const verdicts =
        part === 'nat'
          ? [(): TableVerdict => runNat(walk, stack, skb, hook, tables, place.egress)]
          : tables.map((known) => (): TableVerdict => runOne(walk, stack, skb, hook, known));
      for (const run of verdicts) {
        const before = skb.packet;
        const verdict = run();
        if (verdict.kind !== 'accept') return verdict;
        const lost = rerouted(hook, part, before, skb) ? place.reroute?.() : undefined;
        if (lost) return lost;
      }
    }
  }
  return ACCEPT;
}

/** Without any output of iptables nothing is known: it may let the packet pass, or do anything else with it. */
function askForRules(
  walk: Walk,
  stack: Stack,
  family: Family,
  known: 'all' | 'some' | 'none',
): TableVerdict | undefined {
  if (known !== 'none') return undefined;
  if (stack.namespace.kind !== 'host' || stack.made) {
    if (!stack.made && !stack.asked.has('rules')) {
      stack.asked.add('rules');
      assume(walk, 'no-rules-in-pod', stack.node, `${stack.title} has no iptables rules of its own`);
    }
    return undefined;
  }
  const output = family === 4 ? 'iptables-save' : 'ip6tables-save';
  const passes = walk.choices.decide(
    {
      id: `${stack.title} rules`,
      code: 'rules-not-collected',
      node: stack.node,
      key: output,
      domain: ['passes', 'other'],
      text: ([value]) =>
        value === 'passes'
          ? `the rules of ${stack.title}, which were not collected, let the packet pass unchanged`
          : `the rules of ${stack.title}, which were not collected, drop or change the packet`,
    },
    [['passes'], ['other']],
  );
  if (passes === 0) return undefined;
  return { kind: 'undetermined', text: `collect ${output} of ${stack.title}` };
}

/** Local packets take a new way when what the way depends on has changed (iptable_mangle.c, nf_nat_proto.c). */
function rerouted(hook: Hook, part: Part, before: Skb['packet'], { packet }: Skb): boolean {
  if (hook !== 'OUTPUT') return false;
  if (part === 'nat') return before.dst.value !== packet.dst.value;
  return (
    part === 'mangle' &&
    (before.mark !== packet.mark ||
      before.dst.value !== packet.dst.value ||
      before.src.value !== packet.src.value ||
      before.dscp !== packet.dscp)
  );
}

function runOne(walk: Walk, stack: Stack, skb: Skb, hook: Hook, known: KnownTable): TableVerdict {
  return runTable(walk, stack, skb, hook, known, (action, rule) => perform(walk, stack, skb, action, rule));
}
