import type { Field } from '../field';
import type { FieldTable } from '../field-table';
import { readValue, type Value } from '../value';
import type { Changes, ConfigProblem, Edited, Setting, Syntax, TextRange } from './setting';
import { type Splice, spliced } from './splice';

/** A word of a command, as the program gets it, and where its source is. */
export interface Word extends TextRange {
  readonly text: string;
}

/** Where words of a command stand in a text. */
export interface WordPlace {
  readonly words: readonly Word[];
  /** The source of a word; undefined where it cannot stand here. */
  write(word: string): string | undefined;
  /** Puts a word, as written, behind the last. */
  append(written: string): readonly Splice[];
  remove(from: Word, to: Word): Splice;
}

interface FlagUse {
  readonly name: string;
  readonly dashes: string;
  readonly field: Field | undefined;
  readonly word: Word;
  /** The word that holds the value, where it is one of its own. */
  readonly apart: Word | undefined;
  readonly value: string | undefined;
}

/** Flags of a program, wherever its command stands. `read` finds the places of the words in a text. */
export class FlagText implements Syntax {
  readonly settings: readonly Setting[];
  private readonly places: readonly WordPlace[];
  private readonly uses: readonly (FlagUse & { readonly place: WordPlace })[];

  constructor(
    private readonly text: string,
    private readonly table: FieldTable,
    private readonly read: (text: string) => { readonly places: readonly WordPlace[]; readonly problem?: string },
  ) {
    const found = read(text);
    this.places = found.places;
    this.problems =
      found.problem === undefined ? [] : [{ severity: 'error', start: 0, end: text.length, message: found.problem }];
    this.uses = this.places.flatMap((place) => [...this.usesIn(place.words)].map((use) => ({ ...use, place })));
    this.settings = this.uses.map(({ name, field, word, apart, value }) => ({
      name: field?.name ?? name,
      field,
      value: value === undefined ? true : field ? readValue(field, value) : value,
      nameRange: word,
      valueRange: apart ?? word,
    }));
  }

  readonly problems: readonly ConfigProblem[];

  edit(changes: Changes): Edited {
    let { text } = this;
    for (const [field, value] of changes) {
      const splices = new FlagText(text, this.table, this.read).splices(field, value);
      if ('error' in splices) return splices;
      text = spliced(text, splices);
    }
    return { text };
  }

  private splices(field: Field, value: Value): readonly Splice[] | { readonly error: string } {
    const [problem] = this.problems;
    if (problem) return { error: problem.message };
    const { flag } = field;
    if (flag === undefined) return { error: `there is no flag for ${field.name}: it is set in the configuration file` };
    const uses = this.uses.filter((use) => use.field === field);
    if (value === null) return uses.map(({ place, word, apart }) => place.remove(word, apart ?? word));
    // Of several the last counts.
    const use = uses.at(-1);
    const place = use?.place ?? this.places.at(-1);
    if (!place) return { error: 'there is no command with flags in it' };
    const dashes = use?.dashes ?? this.uses[0]?.dashes ?? '--';
    const written = place.write(use?.apart ? String(value) : `${dashes}${flag}=${String(value)}`);
    if (written === undefined) return { error: `"${String(value)}" cannot be written as one word here` };
    if (!use) return place.append(written);
    if (use.value === undefined && value === true) return [];
    const { start, end } = use.apart ?? use.word;
    return [{ start, end, text: written }];
  }

  private *usesIn(words: readonly Word[]): Generator<FlagUse> {
    for (let at = 0; at < words.length; at++) {
      const word = words[at];
      const [, dashes, name, value] = /^(--?)([A-Za-z][\w.-]*)(?:=([^]*))?$/.exec(word?.text ?? '') ?? [];
      if (!word || dashes === undefined || name === undefined) continue;
      const field = this.table.byFlag(name);
      const next = words[at + 1];
      const takesNext =
        value === undefined && field && field.type !== 'boolean' && next?.text.startsWith('-') === false;
      if (takesNext) at++;
      yield { name, dashes, field, word, apart: takesNext ? next : undefined, value: takesNext ? next.text : value };
    }
  }
}
