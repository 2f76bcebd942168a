import { isMap, isScalar, isSeq, type Pair, parseDocument } from 'yaml';
import type { Word, WordPlace } from './flags';
import { SequencePlace, wordOf } from './manifest';
import { lineEnd, lineStart, type Splice } from './splice';

/** Flags that stand without their dashes under a key of a YAML file: a list of them, or one alone. */
export function argumentsUnder(
  text: string,
  key: string,
): { readonly places: readonly WordPlace[]; readonly problem?: string } {
  const { contents, errors } = parseDocument(text);
  const [error] = errors;
  if (error) return { places: [], problem: error.message.split('\n', 1)[0] ?? error.message };
  if (contents && !isMap(contents)) return { places: [], problem: 'Settings are NAME: VALUE.' };
  const pair = contents?.items.find((one) => isScalar(one.key) && one.key.value === key);
  const value = pair?.value;
  if (isSeq(value) && value.items.length > 0) return { places: [new DashlessPlace(new SequencePlace(text, value))] };
  return { places: [new DashlessPlace(new AlonePlace(text, key, pair))] };
}

/** Words as a program gets them, which have dashes there. */
class DashlessPlace implements WordPlace {
  readonly words: readonly Word[];

  constructor(private readonly place: WordPlace) {
    this.words = place.words.map((word) => (word.text.startsWith('-') ? word : { ...word, text: `--${word.text}` }));
  }

  write(word: string): string | undefined {
    return this.place.write(word.replace(/^--?/, ''));
  }

  append(written: string): readonly Splice[] {
    return this.place.append(written);
  }

  remove(from: Word, to: Word): Splice {
    const { words } = this.place;
    return this.place.remove(words[this.words.indexOf(from)] ?? from, words[this.words.indexOf(to)] ?? to);
  }
}

/** A key with one word, with an empty list, or that is not there yet. */
class AlonePlace implements WordPlace {
  readonly words: readonly Word[];

  constructor(
    private readonly text: string,
    private readonly key: string,
    private readonly pair: Pair | undefined,
  ) {
    this.words = isScalar(pair?.value) && pair.value.value !== null ? [wordOf(pair.value)] : [];
  }

  write(word: string): string {
    return JSON.stringify(word);
  }

  append(written: string): readonly Splice[] {
    const { text, key } = this;
    const [word] = this.words;
    const list = `[${[...(word ? [text.slice(word.start, word.end)] : []), written].join(', ')}]`;
    if (this.pair) return [{ ...this.line, text: `${key}: ${list}\n` }];
    const newline = text === '' || text.endsWith('\n') ? '' : '\n';
    return [{ start: text.length, end: text.length, text: `${newline}${key}: ${list}\n` }];
  }

  remove(): Splice {
    return { ...this.line, text: '' };
  }

  private get line(): { readonly start: number; readonly end: number } {
    const at = (this.pair?.key as { readonly range?: readonly number[] } | undefined)?.range?.[0] ?? 0;
    return { start: lineStart(this.text, at), end: lineEnd(this.text, at) };
  }
}
