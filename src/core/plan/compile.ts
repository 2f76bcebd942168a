import { partedNodes } from '../agents/flannel/parted';
import { leasesHeard } from '../agents/flannel/started';
import type { AgentEffect } from '../agents/operations';
import type { Settings } from '../agents/refusal';
import { parseSave } from '../netfilter/save';
import { readRuleSyntax } from '../netfilter/syntax';
import { splitWords } from '../netfilter/words';
import type { Cluster } from '../snapshot/cluster';
import { makeChange } from './changes/change';
import type { NodeOperations, Operation } from './operation';
import { whyOwned } from './owned-chains';
import type { Plan, PlannedChange } from './plan';

/** Something to know of a plan before it is applied. An error keeps it from being applied. */
export interface Concern {
  readonly severity: 'error' | 'warning' | 'info';
  /** Place of the change in the plan, from 0; undefined where it is about all of it. */
  readonly change: number | undefined;
  /** A sentence. */
  readonly message: string;
}

/** A plan as what is done on each node, and the cluster as it would be then. */
export interface Compiled {
  readonly nodes: readonly NodeOperations[];
  readonly concerns: readonly Concern[];
  /** As far as the effect is known. */
  readonly after: Cluster;
  /** What of the effect is not known: `after` is without that. */
  readonly unknowns: readonly UnknownEffect[];
}

/** What an agent would do, and is not known beforehand. */
export interface UnknownEffect {
  readonly node: string;
  /** Rules of services on the node, or what carries between nodes. */
  readonly of: 'services' | 'overlay';
  /** The end of a sentence. */
  readonly why: string;
}

/**
 * What a plan comes down to on a cluster in the state of a snapshot. Later changes find what earlier ones have left. A
 * change that cannot be made to that state, such as deleting a rule that is not there, is an error.
 */
export function compilePlan(plan: Plan, cluster: Cluster): Compiled {
  const nodes = new Map<string, Operation[]>();
  const concerns: Concern[] = [];
  const unknowns: UnknownEffect[] = [];
  const started = new Map<string, Settings>();
  let after = cluster;
  const settle = (): void => {
    after = leasesHeard(after, started);
    started.clear();
  };
  for (const [at, change] of plan.changes.entries()) {
    // flannelds that are restarted one after the other hear of all leases in the end, whichever comes first.
    if (change.kind !== 'flannel' && change.kind !== 'agent') settle();
    const tell = (severity: Concern['severity'], message: string): void =>
      void concerns.push({ severity, change: at, message });
    const made = makeChange(after, change);
    if ('error' in made) {
      tell('error', sentence(made.error));
      continue;
    }
    for (const owned of new Set(made.operations.flatMap(ownedBy))) tell(change.insist ? 'warning' : 'error', owned);
    if (made.unfit !== undefined) tell('error', sentence(made.unfit));
    for (const effect of made.effects) tell(severityOf(effect, change), effect.text);
    if (made.unknown !== undefined) {
      const of = change.kind === 'kube-proxy' ? 'services' : 'overlay';
      for (const node of made.nodes ?? [change.node]) unknowns.push({ node, of, why: made.unknown });
      tell('warning', `The effect is not predicted: ${made.unknown}.`);
    }
    nodes.set(change.node, [...(nodes.get(change.node) ?? []), ...made.operations]);
    after = made.cluster;
    for (const [node, settings] of made.started ?? []) started.set(node, settings);
  }
  settle();
  for (const message of partedNodes(cluster, after)) concerns.push({ severity: 'warning', change: undefined, message });
  return { nodes: [...nodes].map(([node, operations]) => ({ node, operations })), concerns, after, unknowns };
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.?!]$/.test(text) ? '' : '.'}`;
}

function severityOf({ severity }: AgentEffect, { insist }: PlannedChange): Concern['severity'] {
  return severity === 'conflict' ? (insist ? 'warning' : 'error') : severity;
}

/** Why agents would undo an operation. */
function ownedBy(operation: Operation): string[] {
  if (operation.kind === 'rule') {
    const owned = whyOwned(operation.chain);
    if (owned !== undefined) return [`${owned}.`];
    const kept = new Set(operation.after);
    return operation.before.filter((rule) => !kept.has(rule)).flatMap(jumpOwned);
  }
  if (operation.kind !== 'table') return [];
  const before = parseSave(operation.before, operation.family).tables.get(operation.table)?.chains;
  const after = parseSave(operation.after, operation.family).tables.get(operation.table)?.chains;
  const textOf = (chains: typeof before, name: string): string | undefined =>
    chains
      ?.get(name)
      ?.rules.map(({ text }) => text)
      .join('\n');
  const names = new Set([...(before?.keys() ?? []), ...(after?.keys() ?? [])]);
  return [...names].flatMap((name) => {
    const owned = textOf(before, name) === textOf(after, name) ? undefined : whyOwned(name);
    return owned === undefined ? [] : [`${owned}.`];
  });
}

/** An agent puts its jumps back. */
function jumpOwned(rule: string): string[] {
  const [, chain] = splitWords(rule).words;
  const target = readRuleSyntax(rule, chain?.end ?? 0).target?.module;
  const owned = target === undefined ? undefined : whyOwned(target);
  return owned === undefined ? [] : [`The rule leads to an agent's chain, and comes back: ${owned}.`];
}
