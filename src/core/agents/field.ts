/** What a field takes. Lists are written as text with commas between, as the flags have them. */
export type FieldType =
  | 'boolean'
  | 'integer'
  | 'number'
  | 'text'
  /** As Go writes them: `1m30s`. */
  | 'duration'
  | 'address'
  | 'prefix'
  /** One prefix, or one of each family with a comma between. */
  | 'prefixes'
  /** `ADDRESS:PORT` */
  | 'socket'
  | 'list'
  /** Fields of the reader's own choice below it. */
  | 'map';

/** One setting of an agent: the only place that knows it. Completion, hover and validation come from here. */
export interface Field {
  /** As the agent's file has it, dots between levels: `iptables.masqueradeAll`. */
  readonly name: string;
  readonly type: FieldType;
  /** What the agent takes where it is not set; empty where that is nothing. */
  readonly default: string;
  /** The only values, where they are few; an empty one is said so. */
  readonly values?: readonly string[];
  readonly range?: readonly [least: number, most: number];
  /** The flag of the same meaning, without its dashes. */
  readonly flag?: string;
  /** Of flannel's backends those that have it. */
  readonly backends?: readonly string[];
  /** Since when it is not used any more, and what to use. */
  readonly deprecated?: string;
  /** What it holds may not be shown, and is not read. */
  readonly secret?: true;
  /** What it does to packets, in a sentence. */
  readonly effect: string;
}

export type FieldMore = Partial<Omit<Field, 'name' | 'type' | 'default' | 'effect'>>;

/** A row of a table of fields. */
export function field(name: string, type: FieldType, standard: string, effect: string, more: FieldMore = {}): Field {
  return { ...more, name, type, default: standard, effect };
}
