import type { Family } from '../net/address';
import type { Problem } from '../problem';
import type { TableName } from './hook';
import { assemble } from './list/assemble';
import { SectionReader } from './list/sections';
import type { Ruleset } from './ruleset';

/**
 * Reads what `iptables [-t T] -L [-n] [-v] [-x] [--line-numbers]` prints (iptables 1.4 to 1.8, iptables/xshared.c), also
 * where it was copied by hand into notes. A text with several tables gives all of them; where `table` is not given, it is
 * told from the chains. Where a table is listed again, by another node or at another time, the first counts.
 */
export function parseListing(text: string, family: Family, table?: TableName): Ruleset {
  const [first, ...others] = parseListings(text, family, table);
  const left = others.flatMap((ruleset) => [...ruleset.tables.values()]);
  const problems = left.map(({ name, line }): Problem => {
    const message = `table ${name} is listed again from here, for another node or time: this part is left out`;
    return { severity: 'warning', line, message };
  });
  return { ...first, problems: [...first.problems, ...problems].sort((a, b) => a.line - b.line) };
}

/** The same for a text that shows several nodes or moments: one ruleset for each. */
export function parseListings(text: string, family: Family, table?: TableName): [Ruleset, ...Ruleset[]] {
  const problems: Problem[] = [];
  const reader = new SectionReader((line, message, severity = 'error') => {
    problems.push({ severity, line, message });
  });
  let number = 0;
  for (const line of lines(text)) reader.read(line, ++number);
  reader.end();
  if (reader.sections.length === 0)
    return [{ family, tables: new Map(), problems: [{ severity: 'error', line: 1, message: describe(text) }] }];
  return assemble(reader.sections, problems, family, table);
}

/** Without blanks at both ends, and without what a terminal colours with. */
function* lines(text: string): Generator<string> {
  for (let at = 0; at < text.length;) {
    const newline = text.indexOf('\n', at);
    const stop = newline < 0 ? text.length : newline;
    const line = text.slice(at, stop);
    yield (line.includes('\u001b') ? line.replace(/\u001b\[[\d;]*[A-Za-z]/g, '') : line).trim();
    at = stop + 1;
  }
}

/** Why a text without any chain is no listing. */
function describe(text: string): string {
  const begin = text.slice(0, 4000).trim();
  if (begin === '') return 'the listing is empty';
  if (/[\u0000-\u0008\u000e-\u001a\ufffd]/.test(begin)) return 'this is not text: the file is binary or damaged';
  const first = begin.split('\n', 1)[0]?.trim().slice(0, 120) ?? '';
  if (/^(?:\*\w+$|:\S+ \S+ \[|-[APN] )/m.test(begin))
    return `no "Chain NAME (…)" line: this looks like iptables-save's output or rules, not a listing: "${first}"`;
  return `no "Chain NAME (…)" line, so this is not what iptables -L prints. It begins with "${first}"`;
}
