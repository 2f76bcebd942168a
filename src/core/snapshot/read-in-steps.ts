import type { Rule } from '../netfilter/rule';
import type { Cluster } from './cluster';

/** Every packet goes through the rules of a long chain: those of kube-proxy's services. */
const LONG = 500;

/**
 * Reads what a trace looks at first, a piece at a time: the rules and the services, which take long where there are a
 * hundred thousand. What is read is kept, so that a trace after it, or this once more, is quick.
 */
export function* readInSteps(cluster: Cluster): Generator<void, void> {
  for (const namespace of cluster.namespaces)
    for (const family of [4, 6] as const) {
      const { tables } = yield* namespace.netfilterInSteps(family);
      for (const { table } of tables)
        for (const { rules } of table.chains.values()) if (rules.length > LONG) yield* meanings(rules);
    }
  yield* cluster.servicesInSteps();
}

/** Conditions between two pauses. */
const PIECE = 2000;

function* meanings(rules: readonly Rule[]): Generator<void, void> {
  let conditions = 0;
  for (const { meaning } of rules) {
    conditions += meaning.conditions.length;
    if (conditions < PIECE) continue;
    yield;
    conditions = 0;
  }
}
