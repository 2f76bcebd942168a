import type { Field } from '../field';
import type { Value } from '../value';

/** A setting as a text has it. Offsets count from the start of the text. */
export interface Setting {
  readonly name: string;
  /** Undefined for a name that the agent does not know. */
  readonly field: Field | undefined;
  readonly value: Value;
  readonly nameRange: TextRange;
  readonly valueRange: TextRange;
}

export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** Something that is wrong with a configuration. An error: the agent does not start with it, or does not understand it. */
export interface ConfigProblem extends TextRange {
  readonly severity: 'error' | 'warning';
  /** A sentence. */
  readonly message: string;
}

/** A change of settings: by field, in order. */
export type Changes = ReadonlyMap<Field, Value>;

export type Edited = { readonly text: string } | { readonly error: string };

/** How settings stand in a kind of text. */
export interface Syntax {
  readonly settings: readonly Setting[];
  /** What cannot be read at all. */
  readonly problems: readonly ConfigProblem[];
  /** The text with the changes, all else as it was. */
  edit(changes: Changes): Edited;
}
