import { lineAt } from './lines';

/** An element of a JSON array, and the line it begins on. */
export interface JsonItem {
  readonly value: JsonObject;
  readonly line: number;
}

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The objects of a top-level JSON array, as `ip -j` prints it, each with its line. What is broken is left out and told
 * in `error`; the elements before it are kept.
 */
export function jsonItems(text: string): { items: JsonItem[]; error?: { line: number; message: string } } {
  const items: JsonItem[] = [];
  let depth = 0;
  let start = -1;
  let inside = false;
  let line = 1;
  let lineCounted = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (inside) {
      if (char === '\\') at++;
      else if (char === '"') inside = false;
    } else if (char === '"') inside = true;
    else if (char === '{' || char === '[') {
      if (char === '{' && depth === 1) start = at;
      depth++;
    } else if (char === '}' || char === ']') {
      depth--;
      if (char === '}' && depth === 1 && start >= 0) {
        line += lineAt(text.slice(lineCounted, start), start - lineCounted) - 1;
        lineCounted = start;
        try {
          const value: unknown = JSON.parse(text.slice(start, at + 1));
          // iproute2 prints an empty object for an entry that its filter hid.
          if (isObject(value) && Object.keys(value).length > 0) items.push({ value, line });
        } catch (error) {
          return { items, error: { line, message: error instanceof Error ? error.message : 'not JSON' } };
        }
        start = -1;
      }
    }
  }
  if (depth !== 0 || inside)
    return { items, error: { line: lineAt(text, text.length), message: 'the JSON is cut off' } };
  return { items };
}

export function stringOf(object: JsonObject, key: string): string | undefined {
  const value = object[key];
  return typeof value === 'string' ? value : undefined;
}

export function numberOf(object: JsonObject, key: string): number | undefined {
  const value = object[key];
  return typeof value === 'number' ? value : undefined;
}

/** A string or a number, as text: iproute2 prints names where it has one. */
export function textOf(object: JsonObject, key: string): string | undefined {
  const value = object[key];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

export function objectsOf(object: JsonObject, key: string): JsonObject[] {
  const value = object[key];
  return Array.isArray(value) ? value.filter(isObject) : [];
}

export function stringsOf(object: JsonObject, key: string): string[] {
  const value = object[key];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** Where a text stops being JSON: the offset of the first thing that cannot stand there, or the end where it is cut off. */
export function jsonBreak(text: string): number {
  const open: string[] = [];
  let expects: 'value' | 'key' | 'colon' | 'next' | 'nothing' = 'value';
  let mayClose = false;
  for (let at = 0; ;) {
    while (at < text.length && ' \t\n\r'.includes(text[at] ?? '')) at++;
    const char = text[at];
    if (char === undefined || expects === 'nothing') return at;
    if ((char === '}' || char === ']') && (expects === 'next' || mayClose) && open.at(-1) === char) {
      open.pop();
      expects = open.length === 0 ? 'nothing' : 'next';
      mayClose = false;
      at++;
    } else if (expects === 'next' && char === ',') {
      expects = open.at(-1) === '}' ? 'key' : 'value';
      at++;
    } else if (expects === 'colon' && char === ':') {
      expects = 'value';
      at++;
    } else if (expects === 'value' && (char === '{' || char === '[')) {
      open.push(char === '{' ? '}' : ']');
      expects = char === '{' ? 'key' : 'value';
      mayClose = true;
      at++;
    } else if (expects === 'value' || (expects === 'key' && char === '"')) {
      const end = scalarEnd(text, at);
      if (end === undefined) return at;
      if (end > text.length) return text.length;
      expects = expects === 'key' ? 'colon' : open.length === 0 ? 'nothing' : 'next';
      mayClose = false;
      at = end;
    } else return at;
  }
}

/** The end of a string, a number or a word; beyond the text where it is cut off, undefined where there is none. */
function scalarEnd(text: string, start: number): number | undefined {
  if (text[start] !== '"') {
    const word = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-])/y;
    word.lastIndex = start;
    return word.test(text) ? word.lastIndex : undefined;
  }
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 34) return at + 1;
    if (code < 32) return undefined;
    if (code !== 92) continue;
    at++;
    if (at < text.length && !'"\\/bfnrtu'.includes(text[at] ?? '')) return undefined;
  }
  return text.length + 1;
}
