/** One shell-like word of a rule. `text` is unquoted; the offsets point into the line. */
export interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly quoted: boolean;
}

/**
 * Splits a rule into words as iptables-restore does (iptables/xshared.c `add_param_to_argv`): blanks separate,
 * double quotes group, a backslash inside quotes escapes the next character, and a word ends with its closing quote. `open`
 * is true when a quote is not closed.
 */
export function splitWords(line: string, from = 0): { words: Word[]; open: boolean } {
  const words: Word[] = [];
  for (let at = from; ;) {
    const found = nextWord(line, at);
    if (!found) return { words, open: false };
    words.push(found.word);
    if (found.open) return { words, open: true };
    at = found.word.end;
  }
}

/** The word that begins at `from` or after the blanks there; undefined at the end of the line. */
export function nextWord(line: string, from: number): { word: Word; open: boolean } | undefined {
  let at = from;
  while (at < line.length && isBlank(line.charCodeAt(at))) at++;
  if (at >= line.length) return undefined;
  const start = at;
  let text = '';
  let quoted = false;
  let inside = false;
  let run = at;
  for (; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if (inside) {
      if (code === BACKSLASH && at + 1 < line.length) {
        text += line.slice(run, at) + (line[at + 1] ?? '');
        at++;
        run = at + 1;
      } else if (code === QUOTE) {
        inside = false;
        break;
      }
    } else if (code === QUOTE) {
      text += line.slice(run, at);
      run = at + 1;
      quoted = true;
      inside = true;
    } else if (isBlank(code)) break;
  }
  text += line.slice(run, at);
  if (line.charCodeAt(at) === QUOTE) at++;
  return { word: { text, start, end: at, quoted }, open: inside };
}

const QUOTE = 34;
const BACKSLASH = 92;

function isBlank(code: number): boolean {
  return code === 32 || code === 9 || code === 13;
}

/** Characters that iptables prints unquoted (libxtables/xtables.c `xtables_save_string`). */
const PLAIN = /^[_0-9A-Za-z-]+$/;

/** A value as iptables-save prints it. */
export function quoteWord(text: string): string {
  if (PLAIN.test(text)) return text;
  return `"${text.replace(/(["'\\])/g, '\\$1')}"`;
}
