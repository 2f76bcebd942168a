/** A table as the node compares it: without counters, comments and empty lines. See show_table in node/rules.sh. */
export function canonicalTable(text: string): string {
  return linesOf(
    tableLines(text).map((line) => line.replace(/^\[\d+:\d+\] /, '').replace(/^(:\S+ \S+) \[\d+:\d+\]$/, '$1')),
  );
}

/** Each with its line end. */
export function linesOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

/** What `ip` lists, as the node compares it: one blank between words. */
export function canonicalRouting(lines: readonly string[]): string {
  return linesOf(lines.map((line) => line.trim().replace(/\s+/g, ' ')));
}

/** What a table's text says: without comments and empty lines. */
export function tableLines(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => line !== '' && !line.startsWith('#'));
}
