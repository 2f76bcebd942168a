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
