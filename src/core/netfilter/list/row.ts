import type { Counters } from '../rule';
import { type Columns, readCounters } from './header';
import { parseProtocol } from '../../net/protocol';

/** The columns of one rule, as they are printed. */
export interface Row {
  /** With `--line-numbers`. */
  readonly number: number | undefined;
  readonly counters: Counters | undefined;
  /** Empty for a rule that only counts. */
  readonly target: string;
  readonly protocol: string;
  /** `--`, `-f` or `!f`; ip6tables before 1.8.8 leaves this column blank. */
  readonly fragment: string;
  /** Undefined where the listing has no interfaces, for it was made without -v. */
  readonly interfaces: { readonly in: string; readonly out: string } | undefined;
  readonly source: string;
  readonly destination: string;
  /** What stands behind the columns: matches and the target's options. */
  readonly rest: string;
}

/** Columns, and a few words more for a target with blanks in its name. */
const MOST_CELLS = 13;
const COUNT = /^\d+[KMGT]?$/;
/** Typography turns "--" into a dash. */
const OPTION = /^(?:--|-f|!f|[–—])$/;
/** Before 1.4.20 a long protocol name runs into the next column: `ipv6-icmp--`. */
const GLUED = /^(!?[a-z][\w.+-]*?)(--|-f|!f)$/;
/** Before 1.4.21, a mask with holes is printed as `/-1`. */
const LITERAL = /^!?(?:(?:\d+\.){3}\d+|[\da-f]*:[\da-f:.]*)(?:\/[\da-f:.-]+)?$/i;
const ADDRESS = /^!?[\w:][\w.:-]*(?:\/[\w.:-]+)?$/;
/** No option and no quote: it must stand as a value. */
const NAME = /^!?[^"!-][^"]*$/;

/** Reads a row by its words, not by its offsets: copies lose blanks. Undefined where the line is no row. */
export function readRow(line: string, columns: Columns | undefined): Row | undefined {
  const { texts, ends } = split(line);
  const found = findProtocol(texts, leading(columns));
  if (!found) return undefined;
  const head = readHead(texts.slice(0, found.at), columns);
  if (!head) return undefined;
  const { next } = found;
  const hasInterfaces =
    (columns?.interfaces ?? !isAddressPair(texts, next)) &&
    !(isAddressPair(texts, next) && !isAddressPair(texts, next + 2));
  const at = hasInterfaces ? next + 2 : next;
  const [source, destination] = [texts[at], texts[at + 1]];
  if (source === undefined || destination === undefined) return undefined;
  const names = [found.protocol, head.target || '*', texts[next] ?? '*', texts[next + 1] ?? '*'];
  if (!names.every((name) => NAME.test(name))) return undefined;
  if (!ADDRESS.test(source) || !ADDRESS.test(destination)) return undefined;
  // Prose, too, has words in a row.
  if (!(found.certain || isListedAddress(source) || isListedAddress(destination))) return undefined;
  return {
    number: head.number,
    counters: head.counters,
    target: head.target,
    protocol: found.protocol,
    fragment: found.fragment,
    interfaces: hasInterfaces ? { in: texts[next] ?? '', out: texts[next + 1] ?? '' } : undefined,
    source,
    destination,
    rest: line.slice(ends[at + 1]).trim(),
  };
}

function split(line: string): { texts: string[]; ends: number[] } {
  const texts: string[] = [];
  const ends: number[] = [];
  for (let at = 0; at < line.length && texts.length < MOST_CELLS;) {
    while (isBlank(line.charCodeAt(at))) at++;
    const start = at;
    while (at < line.length && !isBlank(line.charCodeAt(at))) at++;
    if (at === start) break;
    texts.push(line.slice(start, at));
    ends.push(at);
  }
  return { texts, ends };
}

/** ASCII, and what web pages have for blanks. */
function isBlank(code: number): boolean {
  return code <= 32 || code === 0xa0 || code === 0x3000;
}

/** How many columns stand before the target. */
function leading(columns: Columns | undefined): number {
  return columns ? Number(columns.number) + 2 * Number(columns.counters) : 0;
}

interface ProtocolPlace {
  readonly at: number;
  readonly protocol: string;
  readonly fragment: string;
  readonly next: number;
  /** Whether no other line looks so: a protocol and the option column stand side by side. */
  readonly certain: boolean;
}

function findProtocol(texts: readonly string[], from: number): ProtocolPlace | undefined {
  for (let at = from; at < Math.min(texts.length, from + 7); at++) {
    const text = texts[at] ?? '';
    const option = texts[at + 1] ?? '';
    if (OPTION.test(option) && !OPTION.test(text))
      return { at, protocol: text, fragment: option, next: at + 2, certain: isProtocol(text) };
    const glued = GLUED.exec(text);
    if (glued && isProtocol(glued[1]))
      return { at, protocol: glued[1] ?? '', fragment: glued[2] ?? '', next: at + 1, certain: true };
  }
  // No option column: the protocol comes first, or second behind a target.
  const at = isProtocol(texts[from + 1]) ? from + 1 : isProtocol(texts[from]) ? from : -1;
  return at < 0 ? undefined : { at, protocol: texts[at] ?? '', fragment: '--', next: at + 1, certain: false };
}

function isProtocol(text: string | undefined): boolean {
  return text !== undefined && parseProtocol(text.replace(/^!/, '')) !== undefined;
}

function isListedAddress(text: string | undefined): boolean {
  return text !== undefined && (LITERAL.test(text) || /^!?anywhere$/.test(text));
}

function isAddressPair(texts: readonly string[], at: number): boolean {
  return isListedAddress(texts[at]) && isListedAddress(texts[at + 1]);
}

type Head = Pick<Row, 'number' | 'counters' | 'target'>;

/** What stands before the protocol: `3 110 10384 DNAT`. Without column titles, numbers are told from the target. */
function readHead(texts: readonly string[], columns: Columns | undefined): Head | undefined {
  const counts = texts.findIndex((text) => !COUNT.test(text));
  const numbers = columns ? leading(columns) : counts < 0 ? Math.min(texts.length, 3) : counts;
  if (numbers > Math.min(texts.length, 3) || texts.slice(0, numbers).some((text) => !COUNT.test(text)))
    return undefined;
  const numbered = numbers % 2 === 1;
  return {
    number: numbered ? Number(texts[0]) : undefined,
    counters: numbers >= 2 ? readCounters(texts[numbers - 2], texts[numbers - 1]) : undefined,
    target: texts.slice(numbers).join(' '),
  };
}
