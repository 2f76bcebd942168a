import { isObject, jsonBreak, type JsonObject, stringOf } from '../text/json';
import { lineAt } from '../text/lines';

/** What one probe printed. */
export interface Output {
  readonly command: string;
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export type NamespaceKind = 'host' | 'pod' | 'container';

/** One network namespace of a node, with its outputs by probe id. */
export interface NamespaceRecord {
  readonly name: string;
  readonly kind: NamespaceKind;
  readonly outputs: Readonly<Record<string, Output>>;
}

export interface NodeRecord {
  readonly name: string;
  readonly namespaces: readonly NamespaceRecord[];
}

/** A snapshot file: all raw outputs of the nodes of a cluster. Unknown keys are kept. */
export interface Snapshot {
  readonly hoplensSnapshot: 1;
  readonly cluster: string;
  /** ISO 8601; undefined where the file does not say. */
  readonly collectedAt: string | undefined;
  readonly nodes: readonly NodeRecord[];
}

export type SnapshotResult =
  { readonly snapshot: Snapshot } | { readonly error: { readonly line: number; readonly message: string } };

const KINDS: readonly string[] = ['host', 'pod', 'container'];

/** Reads a snapshot's JSON. On failure tells the line and what to do. */
export function parseSnapshot(text: string): SnapshotResult {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { error: jsonError(text) };
  }
  if (!isObject(value)) return fail('a snapshot is a JSON object');
  if (value['hoplensSnapshot'] !== 1) {
    return fail(
      'hoplensSnapshot' in value
        ? `this snapshot is of format ${JSON.stringify(value['hoplensSnapshot'])}; this version of Hoplens reads format 1`
        : 'this is not a Hoplens snapshot: it has no "hoplensSnapshot": 1',
    );
  }
  const nodes = value['nodes'];
  if (!Array.isArray(nodes)) return fail('"nodes" is not a list');
  const read: NodeRecord[] = [];
  for (const [at, node] of nodes.entries()) {
    const result = readNode(node, `nodes[${at}]`);
    if (typeof result === 'string') return fail(result);
    if (read.some((other) => other.name === result.name)) return fail(`two nodes are named "${result.name}"`);
    read.push(result);
  }
  const collectedAt = stringOf(value, 'collectedAt');
  return {
    snapshot: {
      ...value,
      hoplensSnapshot: 1,
      cluster: stringOf(value, 'cluster') ?? 'cluster',
      collectedAt,
      nodes: read,
    },
  };
}

function fail(message: string): SnapshotResult {
  return { error: { line: 1, message } };
}

function jsonError(text: string): { line: number; message: string } {
  if (text.trim() === '') return { line: 1, message: 'the file is empty' };
  const at = jsonBreak(text);
  const line = lineAt(text, at);
  if (at >= text.length) return { line, message: 'the JSON is cut off: copy the file again' };
  const shown = JSON.stringify(text.slice(at, at + 20).split('\n', 1)[0]);
  return { line, message: `this is not JSON: ${shown} cannot stand here` };
}

function readNode(value: unknown, where: string): NodeRecord | string {
  if (!isObject(value)) return `${where} is not an object`;
  const name = stringOf(value, 'name');
  if (name === undefined || name === '') return `${where} has no "name"`;
  const namespaces = value['namespaces'];
  if (!Array.isArray(namespaces)) return `node "${name}": "namespaces" is not a list`;
  const read: NamespaceRecord[] = [];
  for (const [at, namespace] of namespaces.entries()) {
    const result = readNamespace(namespace, `node "${name}": namespaces[${at}]`);
    if (typeof result === 'string') return result;
    read.push(result);
  }
  return { ...value, name, namespaces: read };
}

function readNamespace(value: unknown, where: string): NamespaceRecord | string {
  if (!isObject(value)) return `${where} is not an object`;
  const name = stringOf(value, 'name');
  if (name === undefined || name === '') return `${where} has no "name"`;
  const kind = stringOf(value, 'kind') ?? (name === 'host' ? 'host' : 'pod');
  if (!KINDS.includes(kind)) return `${where}: kind "${kind}" is not host, pod or container`;
  const outputs = value['outputs'] ?? {};
  if (!isObject(outputs)) return `${where}: "outputs" is not an object`;
  const read: (readonly [string, Output])[] = [];
  for (const [id, output] of Object.entries(outputs)) {
    if (!isObject(output)) return `${where}: output "${id}" is not an object`;
    read.push([id, readOutput(output)]);
  }
  return { ...value, name, kind: kind as NamespaceKind, outputs: Object.fromEntries(read) };
}

function readOutput(value: JsonObject): Output {
  const exitCode = value['exitCode'];
  return {
    ...value,
    command: stringOf(value, 'command') ?? '',
    exitCode: typeof exitCode === 'number' ? exitCode : 0,
    stdout: stringOf(value, 'stdout') ?? '',
    stderr: stringOf(value, 'stderr') ?? '',
  };
}
