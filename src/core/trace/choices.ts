/*
 * A trace meets draws of the kernel (statistic) and facts that the snapshot does not hold (rp_filter of eth0). The
 * simulator is written as if it always knew: it asks `Choices`, which replays a script of answers. `explore` runs it
 * once for every script there can be.
 */

/** Something the snapshot does not say. */
export interface Question {
  /** Names the fact within the trace: asked twice, it has one answer. */
  readonly id: string;
  readonly code: string;
  readonly node: string;
  readonly key: string;
  /** Every value it may have. */
  readonly domain: readonly string[];
  /** The fact in words, for some of its values. */
  readonly text: (values: readonly string[]) => string;
}

export type Decision =
  | { readonly kind: 'chance'; readonly index: number; readonly of: number; readonly probability: number }
  | {
      readonly kind: 'unknown';
      readonly index: number;
      readonly of: number;
      readonly question: Question;
      /** The values that the fact has from here on. */
      readonly values: readonly string[];
    };

export class Choices {
  readonly decisions: Decision[] = [];
  private readonly known: Map<string, readonly string[]>;

  /** @param established values of facts that are settled beforehand, by question id */
  constructor(
    private readonly script: readonly number[],
    established: ReadonlyMap<string, readonly string[]> = new Map(),
  ) {
    this.known = new Map(established);
  }

  /** Draws one of the alternatives by their weights, which sum to 1; those of weight 0 are never drawn. */
  draw(weights: readonly number[]): number {
    const possible = weights.flatMap((weight, alternative) => (weight > 0 ? [{ weight, alternative }] : []));
    if (possible.length <= 1) return possible[0]?.alternative ?? 0;
    const index = this.next();
    const drawn = possible[index] ?? { weight: 0, alternative: 0 };
    this.decisions.push({ kind: 'chance', index, of: possible.length, probability: drawn.weight });
    return drawn.alternative;
  }

  /**
   * Decides a question as far as it matters: `classes` groups its values by their effect. Returns the class; nothing is
   * decided where all values that are still possible fall into one.
   */
  decide(question: Question, classes: readonly (readonly string[])[]): number {
    const values = this.known.get(question.id) ?? question.domain;
    const possible = classes.flatMap((members, at) => {
      const left = members.filter((value) => values.includes(value));
      return left.length > 0 ? [{ at, left }] : [];
    });
    if (possible.length <= 1) return possible[0]?.at ?? 0;
    const index = this.next();
    const taken = possible[index] ?? { at: 0, left: [] };
    this.known.set(question.id, taken.left);
    this.decisions.push({ kind: 'unknown', index, of: possible.length, question, values: taken.left });
    return taken.at;
  }

  private next(): number {
    return this.script[this.decisions.length] ?? 0;
  }
}

/** One run to its end, with the answers that led there. */
export interface Leaf<T> {
  readonly decisions: readonly Decision[];
  readonly result: T;
}

/** Runs `run` for every script of answers, depth first, `limit` times at most. `complete` tells whether that was all. */
export function explore<T>(
  run: (choices: Choices) => T,
  limit: number,
  established: ReadonlyMap<string, readonly string[]> = new Map(),
): { leaves: Leaf<T>[]; complete: boolean } {
  const leaves: Leaf<T>[] = [];
  let script: number[] | undefined = [];
  while (script && leaves.length < limit) {
    const choices = new Choices(script, established);
    const result = run(choices);
    leaves.push({ decisions: choices.decisions, result });
    script = following(choices.decisions);
  }
  return { leaves, complete: script === undefined };
}

function following(decisions: readonly Decision[]): number[] | undefined {
  for (let at = decisions.length - 1; at >= 0; at--) {
    const decision = decisions[at];
    if (decision && decision.index + 1 < decision.of)
      return [...decisions.slice(0, at).map((earlier) => earlier.index), decision.index + 1];
  }
  return undefined;
}
