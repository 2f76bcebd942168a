import type { Outcome, Verdict } from '../result';
import type { LegName, NumberedStep } from '../way';

/** Which of the two traces that are compared: the one that is looked at, or the one it is held against. */
export type Side = 'here' | 'there';

/** A step of both traces, or of one alone. `differs`: the same rule or stage does something else. */
export interface ComparedStep {
  readonly leg: LegName;
  readonly kind: 'same' | 'differs' | 'only-here' | 'only-there';
  readonly here: NumberedStep | undefined;
  readonly there: NumberedStep | undefined;
}

/** Two traces, each by the outcome that is likeliest, under the same assumptions where both have them. */
export interface Comparison {
  /** What differs, in a few sentences. */
  readonly answer: string;
  readonly here: Outcome;
  readonly there: Outcome;
  readonly verdicts: Readonly<Record<Side, Verdict>>;
  /** In the order of the packets' way. */
  readonly steps: readonly ComparedStep[];
  /** Where they part; undefined where no step differs. */
  readonly first: ComparedStep | undefined;
  /** The legs that both have, and that pass other interfaces. */
  readonly otherWays: readonly LegName[];
}
