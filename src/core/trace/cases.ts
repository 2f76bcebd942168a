import type { Decision, Leaf, Question } from './choices';

/** Facts taken for granted, by question id: which of their values. */
type Facts = ReadonlyMap<string, { readonly question: Question; readonly values: readonly string[] }>;

/** What can happen under one set of facts: results with probabilities that sum to 1. */
export interface Case<T> {
  readonly facts: Facts;
  readonly results: readonly { readonly probability: number; readonly result: T }[];
}

/**
 * Turns the leaves of an exploration into cases, and merges what does not differ: results of one case that have the
 * same `signature`, and cases whose results are the same whatever the value of a fact.
 *
 * @param missing stands for the runs that an incomplete exploration left out
 */
export function toCases<T>(leaves: readonly Leaf<T>[], signature: (result: T) => string, missing: T): Case<T>[] {
  return build(leaves, 0, signature, missing);
}

function build<T>(leaves: readonly Leaf<T>[], depth: number, signature: (result: T) => string, missing: T): Case<T>[] {
  const first = leaves[0];
  if (!first) return [{ facts: new Map(), results: [{ probability: 1, result: missing }] }];
  const decision = first.decisions[depth];
  if (!decision) return [{ facts: new Map(), results: [{ probability: 1, result: first.result }] }];
  const branches = groupByAnswer(leaves, depth, decision.of);
  const parts = branches.map((branch) => ({
    decision: branch[0]?.decisions[depth],
    cases: build(branch, depth + 1, signature, missing),
  }));
  if (decision.kind === 'unknown')
    return mergeCases(
      parts.flatMap((part) => withFact(part.cases, part.decision)),
      signature,
    );
  const seen = parts.reduce((sum, { decision: taken }) => sum + (taken?.kind === 'chance' ? taken.probability : 0), 0);
  const unseen = parts.filter((part) => !part.decision).length;
  return mergeCases(
    parts.reduce<Case<T>[]>(
      (sofar, part) => {
        const share = part.decision?.kind === 'chance' ? part.decision.probability : (1 - seen) / unseen;
        return combine(sofar, part.cases, share, signature);
      },
      [{ facts: new Map(), results: [] }],
    ),
    signature,
  );
}

function groupByAnswer<T>(leaves: readonly Leaf<T>[], depth: number, of: number): Leaf<T>[][] {
  const groups: Leaf<T>[][] = Array.from({ length: of }, () => []);
  for (const leaf of leaves) groups[leaf.decisions[depth]?.index ?? 0]?.push(leaf);
  return groups;
}

function withFact<T>(cases: Case<T>[], decision: Decision | undefined): Case<T>[] {
  if (decision?.kind !== 'unknown') return cases;
  const { question, values } = decision;
  return cases.map((one) => {
    // A later decision on the same fact has narrowed it further.
    if (one.facts.has(question.id)) return one;
    return { ...one, facts: new Map([[question.id, { question, values }], ...one.facts]) };
  });
}

/** Adds one alternative of a draw to the cases so far: every pair of cases whose facts agree. */
function combine<T>(
  sofar: readonly Case<T>[],
  added: readonly Case<T>[],
  share: number,
  signature: (result: T) => string,
): Case<T>[] {
  return sofar.flatMap((left) =>
    added.flatMap((right) => {
      const facts = intersect(left.facts, right.facts);
      if (!facts) return [];
      const scaled = right.results.map((one) => ({ ...one, probability: one.probability * share }));
      return [{ facts, results: mergeResults([...left.results, ...scaled], signature) }];
    }),
  );
}

function intersect(left: Facts, right: Facts): Facts | undefined {
  const facts = new Map(left);
  for (const [id, fact] of right) {
    const values = facts.get(id)?.values.filter((value) => fact.values.includes(value)) ?? fact.values;
    if (values.length === 0) return undefined;
    facts.set(id, { question: fact.question, values });
  }
  return facts;
}

function mergeResults<T>(results: Case<T>['results'], signature: (result: T) => string): Case<T>['results'] {
  const merged = new Map<string, { probability: number; result: T }>();
  for (const { probability, result } of results) {
    const known = merged.get(signature(result));
    if (known) known.probability += probability;
    else merged.set(signature(result), { probability, result });
  }
  return [...merged.values()];
}

function mergeCases<T>(cases: readonly Case<T>[], signature: (result: T) => string): Case<T>[] {
  const merged = [...cases];
  for (let left = 0; left < merged.length; left++)
    for (let right = left + 1; right < merged.length; right++) {
      const union = unite(merged[left], merged[right], signature);
      if (!union) continue;
      merged[left] = union;
      merged.splice(right, 1);
      // The wider case may now meet one that it did not meet before.
      left = -1;
      break;
    }
  return merged;
}

/** The two as one, where their results agree and their facts differ in the values of a single one. */
function unite<T>(
  a: Case<T> | undefined,
  b: Case<T> | undefined,
  signature: (result: T) => string,
): Case<T> | undefined {
  if (!a || !b || a.facts.size !== b.facts.size || !sameResults(a, b, signature)) return undefined;
  let differing: string | undefined;
  for (const [id, fact] of a.facts) {
    const other = b.facts.get(id);
    if (!other) return undefined;
    if (fact.values.join() === other.values.join()) continue;
    if (differing !== undefined) return undefined;
    differing = id;
  }
  const facts = new Map(a.facts);
  const fact = differing === undefined ? undefined : a.facts.get(differing);
  if (fact && differing !== undefined) {
    const values = fact.question.domain.filter(
      (value) => fact.values.includes(value) || b.facts.get(fact.question.id)?.values.includes(value) === true,
    );
    if (values.length === fact.question.domain.length) facts.delete(differing);
    else facts.set(differing, { question: fact.question, values });
  }
  return { ...a, facts };
}

function sameResults<T>(a: Case<T>, b: Case<T>, signature: (result: T) => string): boolean {
  if (a.results.length !== b.results.length) return false;
  const shares = new Map(a.results.map(({ probability, result }) => [signature(result), probability]));
  return b.results.every(
    ({ probability, result }) => Math.abs((shares.get(signature(result)) ?? -1) - probability) < 1e-9,
  );
}
