/** A line of an output, with its number counting from 1, without its line end. */
export interface Line {
  readonly text: string;
  readonly number: number;
}

/** The lines of a text, one at a time; a carriage return before the line end is dropped. */
export function* linesOf(text: string): Generator<Line> {
  for (let at = 0, number = 1; at < text.length; number++) {
    const newline = text.indexOf('\n', at);
    const stop = newline < 0 ? text.length : newline;
    yield { text: text.slice(at, stop > at && text.charCodeAt(stop - 1) === 13 ? stop - 1 : stop), number };
    at = stop + 1;
  }
}

/** With the end of its last line. */
export function endLine(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}

/** How many lines precede `offset`, plus one. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++;
  return line;
}

/** The text without the indent that all of its lines have, as when it is copied from a document. Lines stay what they are. */
export function withoutIndent(text: string): string {
  let common: string | undefined;
  for (const { text: line } of linesOf(text)) {
    if (line.trim() === '') continue;
    const own = /^[ \t]*/.exec(line)?.[0] ?? '';
    if (common === undefined || common.startsWith(own)) common = own;
    else if (!own.startsWith(common)) return text;
    if (common === '') return text;
  }
  if (common === undefined) return text;
  const indent = common;
  return text
    .split('\n')
    .map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line))
    .join('\n');
}
