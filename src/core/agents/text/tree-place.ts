import { lineStart } from './splice';

/** Where somebody is writing in a tree of settings. */
export interface TreePlace {
  /** Keys above. */
  readonly path: readonly string[];
  /** The key whose value is written; undefined where a key is. */
  readonly key: string | undefined;
  /** The word there. */
  readonly start: number;
  readonly end: number;
  /** Whether it stands in quotes, which stay. */
  readonly quoted: boolean;
}

/** In block YAML, by indentation; undefined within lists and comments. */
export function yamlPlace(text: string, offset: number): TreePlace | undefined {
  const start = lineStart(text, offset);
  const line = text.slice(start, offset);
  const rest = /^[^\n#]*/.exec(text.slice(offset))?.[0].trimEnd() ?? '';
  const [, indent, key, colon, quote, value] = /^([ ]*)([\w-]*)(?:(:[ ]+)(["']?)([^"'#]*))?$/.exec(line) ?? [];
  if (indent === undefined || key === undefined) return undefined;
  const path = keysAbove(text.slice(0, start), indent.length);
  if (colon === undefined) return { path, key: undefined, start: start + indent.length, end: offset, quoted: false };
  const quoted = quote !== '';
  const tail = quoted ? rest.replace(/["'].*$/, '') : rest;
  return { path, key, start: offset - (value?.length ?? 0), end: offset + tail.length, quoted };
}

function keysAbove(before: string, indent: number): string[] {
  const keys: string[] = [];
  let limit = indent;
  for (const line of before.split('\n').reverse()) {
    const [, spaces = '', key] = /^( *)([\w-]+):[ \t]*(?:#.*)?$/.exec(line) ?? [];
    const own = /^( *)[^\s#]/.exec(line)?.[1]?.length;
    if (own === undefined || own >= limit) continue;
    limit = own;
    if (key !== undefined && spaces.length === own) keys.unshift(key);
    if (limit === 0) break;
  }
  return keys;
}

/** In JSON, by braces and quotes. */
export function jsonPlace(text: string, offset: number): TreePlace | undefined {
  const path: string[] = [];
  let key: string | undefined;
  let word: { start: number; text: string } | undefined;
  let expects: 'key' | 'value' = 'value';
  for (let at = 0; at < offset; at++) {
    const char = text[at] ?? '';
    if (char === '"') {
      const end = stringEnd(text, at);
      if (end >= offset) return place(path, expects, key, at + 1, end, true);
      word = { start: at, text: text.slice(at + 1, end) };
      at = end;
    } else if (char === ':') {
      key = word?.text;
      expects = 'value';
      word = undefined;
    } else if (char === '{') {
      if (key !== undefined) path.push(key);
      expects = 'key';
      key = undefined;
    } else if (char === '}') {
      path.pop();
      key = undefined;
    } else if (char === ',') {
      expects = 'key';
      key = undefined;
      word = undefined;
    } else if (char === '[') return undefined;
  }
  const [bare = ''] = /[\w.-]*$/.exec(text.slice(0, offset)) ?? [];
  const rest = /^[\w.-]*/.exec(text.slice(offset))?.[0] ?? '';
  return place(path, expects, key, offset - bare.length, offset + rest.length, false);
}

function place(
  path: readonly string[],
  expects: 'key' | 'value',
  key: string | undefined,
  start: number,
  end: number,
  quoted: boolean,
): TreePlace | undefined {
  if (expects === 'value' && key === undefined) return undefined;
  return { path, key: expects === 'value' ? key : undefined, start, end, quoted };
}

/** The closing quote, or the end of the line where it is missing. */
function stringEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"' || text[at] === '\n') return at;
  }
  return text.length;
}
