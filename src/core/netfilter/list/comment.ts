/** A comment in a row, as `-m comment` prints it. */
export interface ListedComment {
  readonly text: string;
  readonly end: number;
  /** False where the line ends before the comment does. */
  readonly closed: boolean;
}

/**
 * The comment that begins at `at`: `/* … *​/`. It may hold anything, `*​/` too: the one that no opening follows closes it.
 * Web pages take pairs of "*" for emphasis, so "/" alone opens and closes a comment where the other form is missing.
 */
export function readComment(text: string, at: number): ListedComment | undefined {
  const opening = text.startsWith('/*', at) ? 2 : text.startsWith('/', at) ? 1 : 0;
  const start = at + opening;
  if (opening === 0 || !isEdge(text, start)) return undefined;
  const close = findClose(text, start);
  if (close) return { text: text.slice(start + 1, Math.max(start + 1, close.at - 1)), end: close.end, closed: true };
  if (opening === 1 && start < text.length) return undefined;
  return { text: text.slice(start + 1).trimEnd(), end: text.length, closed: false };
}

/** Whether the text ends within a comment. Comments have up to 255 characters. */
export function endsInComment(text: string): boolean {
  if (text.length > 4000) return false;
  const openings = /(?<=^|\s)\/\*?(?=\s|$)/g;
  for (let found = openings.exec(text); found; found = openings.exec(text)) {
    const comment = readComment(text, found.index);
    if (comment?.closed === false) return true;
    if (comment) openings.lastIndex = comment.end;
  }
  return false;
}

/** Longer than a comment can be (XT_MAX_COMMENT_LEN is 256), for a comment that holds what closes it. */
const MOST_COMMENT = 600;

function findClose(whole: string, from: number): { at: number; end: number } | undefined {
  const text = whole.slice(0, from + MOST_COMMENT);
  let close = indexOfWord(text, '*/', from);
  if (close >= 0) {
    for (;;) {
      const next = indexOfWord(text, '*/', close + 2);
      const opening = indexOfWord(text, '/*', close + 2);
      if (next < 0 || (opening >= 0 && opening < next)) return { at: close, end: close + 2 };
      close = next;
    }
  }
  // What prints no blank before itself may follow: `*/match bpf …`.
  const glued = text.indexOf(' */', from);
  if (glued >= 0) return { at: glued + 1, end: glued + 3 };
  const slash = indexOfWord(text, '/', from);
  return slash < 0 ? undefined : { at: slash, end: slash + 1 };
}

/** Where `word` stands between blanks, or -1. */
function indexOfWord(text: string, word: string, from: number): number {
  for (let at = text.indexOf(word, from); at >= 0; at = text.indexOf(word, at + 1))
    if (isEdge(text, at - 1) && isEdge(text, at + word.length)) return at;
  return -1;
}

function isEdge(text: string, at: number): boolean {
  const character = text[at];
  return character === undefined || character.trim() === '';
}
