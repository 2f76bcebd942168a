import type { Field } from '../field';
import type { FieldTable } from '../field-table';
import { readValue } from '../value';
import { FlagText, type Word, type WordPlace } from './flags';
import type { Changes, Edited, Setting, Syntax } from './setting';
import { lineEnd, lineStart, type Splice, spliced } from './splice';

/** `[export] NAME=VALUE`, a line each, as a shell and systemd's EnvironmentFile= read it. */
export interface Assignment {
  readonly name: string;
  readonly nameStart: number;
  readonly quote: string;
  readonly value: string;
  /** Of the value, without its quotes. */
  readonly start: number;
  readonly end: number;
}

const LINE = /^[ \t]*(?:export[ \t]+)?([A-Za-z_]\w*)=(?:"((?:[^"\\\n]|\\[^\n])*)"|'([^'\n]*)'|([^\n]*?))[ \t\r]*$/gm;

function assignments(text: string): Assignment[] {
  return [...text.matchAll(LINE)].map((match) => {
    const [whole, name = '', double, single, bare = ''] = match;
    const quote = double !== undefined ? '"' : single !== undefined ? "'" : '';
    const nameStart = match.index + whole.indexOf(name);
    const start = nameStart + name.length + 1 + quote.length;
    const source = double ?? single ?? bare;
    return {
      name,
      nameStart,
      quote,
      start,
      end: start + source.length,
      value: double?.replace(/\\(.)/g, '$1') ?? source,
    };
  });
}

export interface EnvironmentOptions {
  /** The name of the variable that a field has of its own. */
  readonly variable?: (field: Field) => string;
  /** Names of the variables that hold flags. */
  readonly flags?: RegExp;
}

/** An agent's settings in a file of variables: each in one of its own, or as flags in one for all. */
export class EnvironmentText implements Syntax {
  readonly settings: readonly Setting[];
  readonly problems = [];
  private readonly flags: FlagText;

  constructor(
    private readonly text: string,
    private readonly table: FieldTable,
    private readonly options: EnvironmentOptions,
  ) {
    this.flags = new FlagText(text, table, (source) => ({ places: flagPlaces(source, options.flags) }));
    this.settings = [...this.ownVariables(), ...this.flags.settings];
  }

  edit(changes: Changes): Edited {
    let { text } = this;
    for (const [field, value] of changes) {
      const now = new EnvironmentText(text, this.table, this.options);
      const one = new Map([[field, value]]);
      const own = this.options.variable?.(field);
      const isOwn = own !== undefined && assignments(text).some(({ name }) => name === own);
      const isFlag = now.flags.settings.some((setting) => setting.field === field);
      const takesFlags = flagPlaces(text, this.options.flags).length > 0;
      if (!isOwn && (isFlag || takesFlags || own === undefined)) {
        const edited = now.flags.edit(one);
        if ('error' in edited) return edited;
        text = edited.text;
      } else {
        const splice = assign(text, own, value === null ? undefined : String(value));
        if ('error' in splice) return splice;
        text = spliced(text, [splice]);
      }
    }
    return { text };
  }

  private ownVariables(): Setting[] {
    const { variable } = this.options;
    if (!variable) return [];
    return assignments(this.text).flatMap(({ name, value, nameStart, start, end }) => {
      const field = this.table.rows.find((row) => variable(row) === name);
      if (!field) return [];
      const nameRange = { start: nameStart, end: nameStart + name.length };
      return [{ name: field.name, field, value: readValue(field, value), nameRange, valueRange: { start, end } }];
    });
  }
}

/** Sets a variable, or takes its line away. */
function assign(text: string, name: string, value: string | undefined): Splice | { readonly error: string } {
  const found = assignments(text).findLast((one) => one.name === name);
  if (value === undefined) {
    if (!found) return { start: 0, end: 0, text: '' };
    return { start: lineStart(text, found.nameStart), end: lineEnd(text, found.end), text: '' };
  }
  if (/[\n\r\0'"\\$`]/.test(value)) return { error: `"${value}" cannot stand in a file of variables` };
  const quote = found?.quote === '' || !found ? (/^[\w@%+=:,./-]*$/.test(value) ? '' : '"') : '';
  if (found) return { start: found.start, end: found.end, text: `${quote}${value}${quote}` };
  const newline = text === '' || text.endsWith('\n') ? '' : '\n';
  return { start: text.length, end: text.length, text: `${newline}${name}=${quote}${value}${quote}\n` };
}

/** Variables that hold flags, by their name or by what is in them; those by name last, where new ones go. */
function flagPlaces(text: string, byName: RegExp | undefined): VariablePlace[] {
  if (!byName) return [];
  return assignments(text)
    .filter(({ name }) => byName.test(name))
    .map((one) => new VariablePlace(text, one));
}

/** Flags in the value of a variable. */
export class VariablePlace implements WordPlace {
  readonly words: readonly Word[];

  constructor(
    text: string,
    private readonly variable: Assignment,
  ) {
    const { start, end } = variable;
    this.words = [...text.slice(start, end).matchAll(/\S+/g)].map((match) => ({
      text: match[0],
      start: start + match.index,
      end: start + match.index + match[0].length,
    }));
  }

  write(word: string): string | undefined {
    return /^[^\s"'\\$`\u0000-\u001f]+$/.test(word) ? word : undefined;
  }

  append(written: string): Splice[] {
    const { quote, start, end } = this.variable;
    const last = this.words.at(-1)?.end ?? start;
    const word = last > start ? ` ${written}` : written;
    if (quote !== '') return [{ start: last, end: last, text: word }];
    return [
      { start, end: start, text: '"' },
      { start: last, end, text: `${word}"` },
    ];
  }

  remove(from: Word, to: Word): Splice {
    const before = this.words[this.words.indexOf(from) - 1];
    const next = this.words[this.words.indexOf(to) + 1];
    return before
      ? { start: before.end, end: to.end, text: '' }
      : { start: from.start, end: next?.start ?? to.end, text: '' };
  }
}
