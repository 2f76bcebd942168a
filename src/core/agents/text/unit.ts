import { VariablePlace } from './environment';
import type { Word, WordPlace } from './flags';
import { lineStart } from './splice';

/**
 * The command of a systemd unit that runs a program: the last ExecStart= whose first word is the program; before it the
 * variables of Environment= that it takes words from.
 */
export function unitCommand(
  text: string,
  program: RegExp,
): { readonly places: readonly WordPlace[]; readonly problem?: string } {
  let found: readonly Word[] | undefined;
  let others = false;
  for (const { start, end } of directives(text, 'ExecStart')) {
    const words = commandWords(text, start, end);
    if (program.test(words[0]?.text ?? '')) found = words;
    else others = others || words.length > 0;
  }
  if (found) return { places: [...variablesOf(text, found), new UnitPlace(text, found)] };
  return {
    places: [],
    problem: others ? 'ExecStart= runs another program, or this one by a shell.' : 'There is no ExecStart= here.',
  };
}

/** `Environment=`: systemd.exec(5). A value with escapes or specifiers is not taken for flags. */
function variablesOf(text: string, command: readonly Word[]): WordPlace[] {
  const used = new Set(command.flatMap(({ text: word }) => /^\$(?:(\w+)|\{(\w+)\})$/.exec(word)?.slice(1) ?? []));
  return [...directives(text, 'Environment')].flatMap(({ start, end }) =>
    commandWords(text, start, end).flatMap((word) => {
      const source = text.slice(word.start, word.end);
      const [, whole, name = '', own, value] = /^(["']?)([A-Za-z_]\w*)=(["']?)([^"'\\%$\n]*)\3\1$/.exec(source) ?? [];
      if (value === undefined || !used.has(name)) return [];
      const nameStart = word.start + (whole ?? '').length;
      const from = nameStart + name.length + 1 + (own ?? '').length;
      const quote = `${whole ?? ''}${own ?? ''}`;
      return [new UnitVariable(text, { name, nameStart, quote, value, start: from, end: from + value.length })];
    }),
  );
}

class UnitVariable extends VariablePlace {
  override write(word: string): string | undefined {
    return word.includes('%') ? undefined : super.write(word);
  }
}

/** Values of a directive, lines that go on included (systemd.syntax(7)). */
function* directives(text: string, name: string): Generator<{ start: number; end: number }> {
  const line = /^[ \t]*([A-Za-z]+)[ \t]*=[ \t]*((?:[^\n\\]|\\[^\n]|\\\n(?:[ \t]*[#;][^\n]*\n)*)*)/gm;
  for (const match of text.matchAll(line)) {
    if (match[1] !== name) continue;
    const value = match[2] ?? '';
    const end = match.index + match[0].length;
    yield { start: end - value.length, end };
  }
}

/** Splits as systemd does: quotes, C escapes, `%%` and `$$`; a comment may stand between lines that go on. */
function commandWords(text: string, from: number, to: number): Word[] {
  const words: Word[] = [];
  const space = /(?:[ \t\r]|\\\r?\n(?:[ \t]*[#;][^\n]*\n)*)+/y;
  for (let at = from; at < to;) {
    space.lastIndex = at;
    if (space.test(text)) {
      at = space.lastIndex;
      continue;
    }
    const start = at;
    let word = '';
    let quote = '';
    for (; at < to; at++) {
      const char = text[at] ?? '';
      const next = text[at + 1] ?? '';
      if (quote === '' && (/[ \t\r]/.test(char) || (char === '\\' && /[\r\n]/.test(next)))) break;
      if (char === '\\') {
        word += ESCAPES[next] ?? next;
        at++;
      } else if ((char === '%' || char === '$') && next === char) {
        word += char;
        at++;
      } else if (char === quote) quote = '';
      else if (quote === '' && (char === '"' || char === "'")) quote = char;
      else word += char;
    }
    // `-`, `@`, `+`, `!` and `:` before the path are systemd's own.
    words.push({ text: words.length === 0 ? word.replace(/^[-@:+!]+/, '') : word, start, end: at });
  }
  return words;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', s: ' ', r: '\r' };

class UnitPlace implements WordPlace {
  constructor(
    private readonly text: string,
    readonly words: readonly Word[],
  ) {}

  write(word: string): string | undefined {
    if (/[\u0000-\u001f]/.test(word)) return undefined;
    if (/^[\w@+=:,./-]+$/.test(word)) return word;
    return `"${word.replace(/[\\"]/g, '\\$&').replaceAll('%', '%%').replace(/\$/g, '$$$$')}"`;
  }

  append(written: string): { start: number; end: number; text: string }[] {
    const last = this.words.at(-1)?.end ?? 0;
    const begin = lineStart(this.text, this.words.at(-1)?.start ?? 0);
    const goesOn = (this.words[0]?.start ?? 0) < begin;
    const indent = /^[ \t]*/.exec(this.text.slice(begin))?.[0] ?? '';
    return [{ start: last, end: last, text: goesOn ? ` \\\n${indent}${written}` : ` ${written}` }];
  }

  remove(from: Word, to: Word): { start: number; end: number; text: string } {
    const before = this.words[this.words.indexOf(from) - 1];
    return { start: before?.end ?? from.start, end: to.end, text: '' };
  }
}
