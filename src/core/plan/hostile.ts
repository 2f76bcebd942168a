/** Control characters, line and paragraph separators, and those that turn the direction of writing. */
const INVISIBLE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/;

/** Why a text of one line is not to be carried to a node, whatever it is meant to be; undefined where it may. */
export function hostileIn(text: string): string | undefined {
  const found = INVISIBLE.exec(text);
  if (found) {
    const code = (found[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    return found[0] === '\n' || found[0] === '\r'
      ? 'this is one line, and has a line end in it'
      : `U+${code} is a character that cannot be seen, and does not belong here`;
  }
  if (/\$[({]|`/.test(text)) return '"$(", "${" and "`" are for a shell, and no shell reads this';
  return undefined;
}
