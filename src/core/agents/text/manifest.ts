import { isMap, isScalar, isSeq, parseAllDocuments, type Scalar, type YAMLMap, type YAMLSeq } from 'yaml';
import type { Word, WordPlace } from './flags';
import { lineEnd, lineStart, type Splice } from './splice';

type Sequence = YAMLSeq;

/** The words of a container's command and args, in the manifest of a pod or of what makes pods. */
export function manifestCommand(
  text: string,
  program: RegExp,
): { readonly places: readonly WordPlace[]; readonly problem?: string } {
  const documents = parseAllDocuments(text);
  for (const document of Array.isArray(documents) ? documents : []) {
    const [error] = document.errors;
    if (error) return { places: [], problem: error.message.split('\n', 1)[0] ?? error.message };
    for (const container of containersOf(document.contents)) {
      const lists = ['command', 'args'].flatMap((key) => {
        const list = container.get(key, true);
        return isSeq(list) ? [list] : [];
      });
      const first = lists[0]?.items[0];
      const name: unknown = container.get('name');
      const names = [isScalar(first) ? String(first.value) : '', typeof name === 'string' ? name : ''];
      if (!names.some((name) => program.test(name))) continue;
      if (/(^|\/)(ba|da)?sh$/.test(names[0] ?? '')) return { places: [], problem: 'The container runs it by a shell.' };
      if (lists.length > 0) return { places: lists.map((list) => new SequencePlace(text, list)) };
    }
  }
  return { places: [], problem: 'No container here runs it with flags.' };
}

function containersOf(contents: unknown): YAMLMap[] {
  if (!isMap(contents)) return [];
  const found = [
    ['spec', 'containers'],
    ['spec', 'template', 'spec', 'containers'],
  ].map((path) => contents.getIn(path, true));
  return found.flatMap((list) => (isSeq(list) ? list.items.filter((item) => isMap(item)) : []));
}

/** A list of words. */
export class SequencePlace implements WordPlace {
  readonly words: readonly Word[];

  constructor(
    private readonly text: string,
    private readonly list: Sequence,
  ) {
    this.words = list.items.flatMap((item) => (isScalar(item) && item.range ? [wordOf(item)] : []));
  }

  write(word: string): string | undefined {
    // As plain text only what is that for every reader of YAML.
    return /^(-{1,2}[A-Za-z][\w./=:@-]*[\w./=@-]|(\d+\.){3}\d+(\/\d+)?)$/.test(word) ? word : JSON.stringify(word);
  }

  append(written: string): Splice[] {
    const last = this.words.at(-1);
    if (!last) return [];
    if (this.list.flow === true)
      return [{ start: last.end, end: last.end, text: `, ${this.quoted(last) ? quote(written) : written}` }];
    const start = lineEnd(this.text, last.end);
    const dash = /^[ \t]*-[ \t]+/.exec(this.text.slice(lineStart(this.text, last.start)))?.[0] ?? '- ';
    const newline = this.text[start - 1] === '\n' ? '' : '\n';
    return [{ start, end: start, text: `${newline}${dash}${written}\n` }];
  }

  remove(from: Word, to: Word): Splice {
    const before = this.words[this.words.indexOf(from) - 1];
    const next = this.words[this.words.indexOf(to) + 1];
    if (this.list.flow !== true)
      return { start: lineStart(this.text, from.start), end: lineEnd(this.text, to.end), text: '' };
    return before
      ? { start: before.end, end: to.end, text: '' }
      : { start: from.start, end: next?.start ?? to.end, text: '' };
  }

  private quoted(word: Word): boolean {
    return this.text[word.start] === '"';
  }
}

function quote(written: string): string {
  return written.startsWith('"') ? written : JSON.stringify(written);
}

export function wordOf(item: Scalar): Word {
  return { text: String(item.value), start: item.range?.[0] ?? 0, end: item.range?.[1] ?? 0 };
}
