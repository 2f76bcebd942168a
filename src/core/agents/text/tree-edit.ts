import { isCollection, isMap, isNode, isScalar, isSeq, type Pair, Scalar, stringify, type YAMLMap } from 'yaml';
import type { Value } from '../value';
import { lineEnd, lineStart, type Splice } from './splice';

type New = Value | readonly string[];
type Splices = readonly Splice[] | { readonly error: string };

/** Another value in place of that of a pair. */
export function replacement(text: string, pair: Pair, value: New): Splices {
  const { value: old } = pair;
  const [start, end] = rangeOf(old) ?? [keyEnd(pair), keyEnd(pair)];
  if (isSeq(old) && old.flow !== true && Array.isArray(value)) {
    const indent = ' '.repeat(start - lineStart(text, start));
    if (value.length > 0) {
      const items = value.map((one: string, at) => `${at === 0 ? '' : indent}- ${plain(one)}`);
      return [{ start, end: contentEnd(old), text: items.join('\n') }];
    }
    return [{ start: colonEnd(text, pair), end: contentEnd(old), text: ' []' }];
  }
  if (isCollection(old) && old.flow !== true)
    return [{ start: colonEnd(text, pair), end: contentEnd(old), text: ` ${render(value)}` }];
  const written = render(value, isScalar(old) ? old.type : undefined, isQuoted(pair));
  const space = text[start - 1] === ':' && start === end ? ' ' : '';
  return [{ start, end, text: space + written }];
}

/** Without the pair. */
export function removal(text: string, map: YAMLMap, pair: Pair): Splices {
  const [start] = rangeOf(pair.key) ?? [0];
  const end = contentEnd(pair.value ?? pair.key);
  if (map.flow !== true) {
    if (text.slice(lineStart(text, start), start).trim() !== '')
      return { error: 'the setting does not stand on a line of its own' };
    return [{ start: lineStart(text, start), end: afterLine(text, end), text: '' }];
  }
  const at = map.items.indexOf(pair);
  const before = map.items[at - 1];
  const next = map.items[at + 1];
  if (before) return [{ start: contentEnd(before.value ?? before.key), end, text: '' }];
  return [{ start, end: next ? (rangeOf(next.key)?.[0] ?? end) : end, text: '' }];
}

/** A new pair, below keys that may be missing too: into `map`, or where there is none, into the empty `parent`. */
export function insertion(
  text: string,
  map: YAMLMap | undefined,
  parent: Pair | undefined,
  path: readonly string[],
  value: New,
): Splices {
  const last = map?.items.at(-1);
  if (map && last && map.flow !== true) {
    const first = rangeOf(map.items[0]?.key)?.[0] ?? 0;
    const at = afterLine(text, contentEnd(last.value ?? last.key));
    const lines = blockLines(text.slice(lineStart(text, first), first), stepOf(text), path, value);
    return [{ start: at, end: at, text: (text[at - 1] === '\n' ? '' : '\n') + lines }];
  }
  if (map && last) {
    const at = contentEnd(last.value ?? last.key);
    const [keyStart] = rangeOf(last.key) ?? [at];
    const before = map.items.at(-2);
    const gap = text.slice(before ? contentEnd(before.value ?? before.key) : rangeOf(map)?.[0], keyStart).slice(1);
    const colon = last.value ? text.slice(keyEnd(last), rangeOf(last.value)?.[0]) : ': ';
    return [
      { start: at, end: at, text: `,${gap.trim() === '' ? gap : ' '}${flowPair(path, value, isQuoted(last), colon)}` },
    ];
  }
  if (map) {
    const at = (rangeOf(map)?.[0] ?? 0) + 1;
    return [{ start: at, end: at, text: flowPair(path, value, !parent || isQuoted(parent), ': ') }];
  }
  if (!parent) {
    const newline = text === '' || text.endsWith('\n') ? '' : '\n';
    return [{ start: text.length, end: text.length, text: newline + blockLines('', '  ', path, value) }];
  }
  if (isQuoted(parent)) return replaceEmpty(text, parent, ` {${flowPair(path, value, true, ': ')}}`);
  const key = rangeOf(parent.key)?.[0] ?? 0;
  const indent = text.slice(lineStart(text, key), key) + stepOf(text);
  const lines = `\n${blockLines(indent, stepOf(text), path, value)}`.trimEnd();
  return replaceEmpty(text, parent, lines);
}

/** In place of a value that is empty or `null`; what else stands on the line stays. */
function replaceEmpty(text: string, parent: Pair, written: string): Splices {
  const start = colonEnd(text, parent);
  const word = /^[ \t]*(null|Null|NULL|~)?/.exec(text.slice(start))?.[0] ?? '';
  const removed = { start, end: start + (word.trim() === '' ? 0 : word.length) };
  if (!written.startsWith('\n')) return [{ ...removed, text: written }];
  // A comment of the line stays on it.
  const newline = text.indexOf('\n', start);
  const at = newline < 0 ? text.length : newline;
  return [
    { ...removed, text: '' },
    { start: at, end: at, text: written },
  ];
}

function blockLines(indent: string, step: string, path: readonly string[], value: New): string {
  return path
    .map(
      (key, depth) =>
        `${indent}${step.repeat(depth)}${plain(key)}:${depth === path.length - 1 ? ` ${render(value)}` : ''}\n`,
    )
    .join('');
}

function flowPair(path: readonly string[], value: New, quoted: boolean, colon: string): string {
  const [key = '', ...below] = path;
  const written = below.length > 0 ? `{${flowPair(below, value, quoted, colon)}}` : render(value, undefined, quoted);
  return `${quoted ? JSON.stringify(key) : plain(key)}${colon}${written}`;
}

/** `json`: between braces, where much that is plain elsewhere is not. */
function render(value: New, style?: Scalar['type'] | null, json = false): string {
  if (Array.isArray(value))
    return `[${value.map((one: string) => (json ? JSON.stringify(one) : plain(one))).join(', ')}]`;
  if (typeof value !== 'string') return String(value);
  if (json || style === Scalar.QUOTE_DOUBLE) return JSON.stringify(value);
  if (style === Scalar.QUOTE_SINGLE) return `'${value.replaceAll("'", "''")}'`;
  return plain(value);
}

function plain(value: string): string {
  return /[,[\]{}]/.test(value) ? JSON.stringify(value) : stringify(value, { lineWidth: 0 }).trimEnd();
}

function isQuoted({ key }: Pair): boolean {
  return isScalar(key) && key.type === Scalar.QUOTE_DOUBLE;
}

/** By how much the first level is indented. */
function stepOf(text: string): string {
  return /^[^\s#-][^\n]*:[ \t]*\n( +)[^\s#-]/m.exec(text)?.[1] ?? '  ';
}

function rangeOf(node: unknown): readonly [number, number] | undefined {
  if (!isNode(node) || !node.range) return undefined;
  return [node.range[0], node.range[1]];
}

function keyEnd({ key }: Pair): number {
  return rangeOf(key)?.[1] ?? 0;
}

function colonEnd(text: string, pair: Pair): number {
  return text.indexOf(':', keyEnd(pair)) + 1;
}

/** Behind the last character that is the node's own. */
function contentEnd(node: unknown): number {
  if (isMap(node) && node.flow !== true && node.items.length > 0) {
    const last = node.items.at(-1);
    return contentEnd(last?.value ?? last?.key);
  }
  if (isSeq(node) && node.flow !== true && node.items.length > 0) return contentEnd(node.items.at(-1));
  return rangeOf(node)?.[1] ?? 0;
}

/** Behind the line that ends with what ends at `end`. */
function afterLine(text: string, end: number): number {
  return end > 0 && text[end - 1] === '\n' ? end : lineEnd(text, end);
}
