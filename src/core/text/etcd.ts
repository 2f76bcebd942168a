import { isObject, type JsonObject, stringOf } from './json';
import { linesOf } from './lines';

/** A key of etcd with its value, and the line of the output where the value begins. */
export interface KeyValue {
  readonly key: string;
  readonly value: Uint8Array;
  readonly line: number;
}

/**
 * Reads what etcd prints of its keys: `etcdctl get --prefix` (a key line, then its value), `-w json` (base64), or the
 * JSON of the v2 keys API. A value printed alone, as `etcdctl get KEY` of the v2 API does, has an empty key.
 */
export function readEtcd(text: string): KeyValue[] {
  const json = parseWhole(text);
  if (json && Array.isArray(json['kvs'])) return json['kvs'].filter(isObject).map(fromV3);
  if (json && isObject(json['node'])) return fromV2(json['node']);
  if (json) return [{ key: '', value: encode(text.trim()), line: 1 }];
  return fromLines(text);
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

function fromLines(text: string): KeyValue[] {
  const found: KeyValue[] = [];
  let key = '';
  for (const { text: line, number } of linesOf(text)) {
    if (line.startsWith('/')) {
      key = line.trim();
      continue;
    }
    if (line.trim() === '') continue;
    found.push({ key, value: encode(line.trim()), line: number });
    key = '';
  }
  return found;
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
