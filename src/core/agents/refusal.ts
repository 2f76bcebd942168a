import type { Value } from './value';

/** What is set, by name; the last of each. What is null is not set. */
export type Settings = ReadonlyMap<string, Value>;

/** Values that an agent takes each for itself, and not together. */
export interface Refusal {
  /** The setting that has to change. */
  readonly name: string;
  /** A sentence. */
  readonly message: string;
}
