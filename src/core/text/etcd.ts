import { isObject, type JsonObject, stringOf } from './json';
import { linesOf } from './lines';

/** A key of etcd with its value, and the line of the output where the value begins. */
export interface KeyValue {
  readonly key: string;
  readonly value: Uint8Array;
  readonly line: number;
}

/**
 * Reads what etcd prints of its keys: `etcdctl get --prefix` (a key line, then its value), `-w json` (base64), `-w fields`,
 * `-o extended` and the JSON of the v2 keys API. A value printed alone, as `etcdctl get KEY` of the v2 API does, has an
 * empty key.
 */
export function readEtcd(text: string): KeyValue[] {
  const json = parseWhole(text);
  if (json && Array.isArray(json['kvs'])) return json['kvs'].filter(isObject).map(fromV3);
  if (json && isObject(json['node'])) return fromV2(json['node']);
  if (json) return [{ key: '', value: encode(text.trim()), line: 1 }];
  return FIELD.test(text) ? fromFields(text) : fromLines(text);
}

function parseWhole(text: string): JsonObject | undefined {
  if (!text.trimStart().startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function fromV3(item: JsonObject): KeyValue {
  return {
    key: decodeText(base64(stringOf(item, 'key') ?? '')),
    value: base64(stringOf(item, 'value') ?? ''),
    line: 1,
  };
}

function fromV2(node: JsonObject): KeyValue[] {
  const value = stringOf(node, 'value');
  const own = value === undefined ? [] : [{ key: stringOf(node, 'key') ?? '', value: encode(value), line: 1 }];
  const below = node['nodes'];
  return [...own, ...(Array.isArray(below) ? below.filter(isObject).flatMap(fromV2) : [])];
}

const FIELD = /^"(Key|Value)" : (".*")\s*$/m;

/** `-w fields`: one `"NAME" : VALUE` a line, strings quoted. */
function fromFields(text: string): KeyValue[] {
  const found: KeyValue[] = [];
  let key = '';
  for (const { text: line, number } of linesOf(text)) {
    const [, name, quoted = ''] = FIELD.exec(line) ?? [];
    const value = name === undefined ? undefined : unquote(quoted);
    if (value === undefined) continue;
    if (name === 'Key') key = value;
    else found.push({ key, value: encode(value), line: number });
  }
  return found;
}

function unquote(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

/** What `etcdctl -o extended` prints beside the key and the value. */
const EXTENDED = /^(Created-Index|Modified-Index|TTL|Index): \d+$/;

/** A line with a key, then its value: a line, or the lines of a JSON object. */
function fromLines(text: string): KeyValue[] {
  const found: KeyValue[] = [];
  let key = '';
  let value: string[] = [];
  let start = 0;
  let depth = 0;
  const finish = (): void => {
    if (value.length > 0) found.push({ key, value: encode(value.join('\n').trim()), line: start });
    value = [];
    depth = 0;
    key = '';
  };
  for (const { text: line, number } of linesOf(text)) {
    const named = /^(?:Key: )?(\/.*)$/.exec(line);
    if (named) {
      finish();
      key = (named[1] ?? '').trim();
      continue;
    }
    if (depth === 0 && (line.trim() === '' || EXTENDED.test(line))) continue;
    if (depth === 0) start = number;
    value.push(line);
    depth = depthAfter(line, depth);
    if (depth === 0) finish();
  }
  finish();
  return found;
}

/** How many braces are open after a line of JSON; a string does not go over its end. */
function depthAfter(line: string, before: number): number {
  let depth = before;
  let inside = false;
  for (let at = 0; at < line.length; at++) {
    const char = line[at];
    if (inside && char === '\\') at++;
    else if (char === '"') inside = !inside;
    else if (!inside && char === '{') depth++;
    else if (!inside && char === '}') depth = Math.max(0, depth - 1);
  }
  return depth;
}

function base64(text: string): Uint8Array {
  try {
    return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function decodeText(value: Uint8Array): string {
  return new TextDecoder().decode(value);
}

/** The JSON object that a value holds, or undefined. */
export function jsonOf(value: Uint8Array): JsonObject | undefined {
  return parseWhole(decodeText(value));
}
