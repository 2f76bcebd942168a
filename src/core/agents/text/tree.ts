import { type Document, isCollection, isMap, isScalar, isSeq, type Pair, parseAllDocuments, type YAMLMap } from 'yaml';
import type { FieldTable } from '../field-table';
import type { Value } from '../value';
import type { Changes, ConfigProblem, Edited, Setting, Syntax, TextRange } from './setting';
import { spliced } from './splice';
import { insertion, removal, replacement } from './tree-edit';

/** Settings in YAML or JSON, which is YAML too, under names with dots between the levels. */
export class TreeText implements Syntax {
  readonly settings: readonly Setting[];
  readonly problems: readonly ConfigProblem[];
  private readonly document: Document.Parsed | undefined;

  constructor(
    private readonly text: string,
    private readonly table: FieldTable,
    /** Whether others, too, have settings in it, which are passed over. */
    private readonly shared = false,
  ) {
    const documents = parseAllDocuments(text);
    const parsed = Array.isArray(documents) ? documents : [];
    this.document = parsed.find(({ contents }) => isMap(contents) && contents.has('kind')) ?? parsed[0];
    const { document } = this;
    this.problems = [
      ...(document?.errors ?? []).map(({ message, pos: [start, end] }) => ({
        severity: 'error' as const,
        start,
        end,
        message: message.split('\n', 1)[0] ?? message,
      })),
      ...(document?.contents && !isMap(document.contents) && !isEmpty(document.contents)
        ? [{ severity: 'error' as const, start: 0, end: text.length, message: 'Settings are NAME: VALUE.' }]
        : []),
    ];
    this.settings = isMap(document?.contents) ? [...this.settingsIn(document.contents, '')] : [];
  }

  edit(changes: Changes): Edited {
    let { text } = this;
    for (const [{ name, type }, value] of changes) {
      const tree = new TreeText(text, this.table, this.shared);
      const [problem] = tree.problems;
      if (problem) return { error: `it cannot be read: ${problem.message}` };
      const splices = tree.splices(name.split('.'), type === 'list' ? listed(value) : value);
      if ('error' in splices) return splices;
      text = spliced(text, splices);
    }
    return { text };
  }

  private splices(path: readonly string[], value: Value | readonly string[]): ReturnType<typeof replacement> {
    const { text } = this;
    let map = isMap(this.document?.contents) ? this.document.contents : undefined;
    let pair: Pair | undefined;
    for (const [depth, key] of path.entries()) {
      const found = map?.items.find((item) => this.table.same(keyOf(item), key));
      if (!found) return value === null ? [] : insertion(text, map, pair, path.slice(depth), value);
      pair = found;
      if (depth === path.length - 1)
        return value === null && map ? removal(text, map, found) : replacement(text, found, value);
      if (!isMap(found.value) && !isEmpty(found.value)) return { error: `${key} has no fields in this file` };
      map = isMap(found.value) ? found.value : undefined;
    }
    return [];
  }

  private *settingsIn(map: YAMLMap, prefix: string): Generator<Setting> {
    const backend = map.items.find((item) => prefix !== '' && keyOf(item).toLowerCase() === 'type')?.value;
    const type = isScalar(backend) && typeof backend.value === 'string' ? backend.value : undefined;
    for (const item of map.items) {
      const name = prefix + keyOf(item);
      const field = this.table.find(name, type ?? 'udp');
      if (!field && isMap(item.value) && this.table.hasBelow(name)) yield* this.settingsIn(item.value, `${name}.`);
      else if (!field && (this.shared || (isEmpty(item.value) && this.table.hasBelow(name)))) continue;
      else
        yield {
          name: field?.name ?? name,
          field,
          value: valueOf(item.value),
          nameRange: rangeOf(item.key),
          valueRange: rangeOf(item.value ?? item.key),
        };
    }
  }
}

export function keyOf({ key }: Pair): string {
  return isScalar(key) ? String(key.value) : '';
}

function isEmpty(node: unknown): boolean {
  return node === null || node === undefined || (isScalar(node) && node.value === null);
}

function listed(value: Value): Value | readonly string[] {
  if (typeof value !== 'string') return value;
  return value === '' ? [] : value.split(',').map((one) => one.trim());
}

function valueOf(node: unknown): Value {
  if (isSeq(node)) return node.items.map((item) => String(isScalar(item) ? item.value : item)).join(',');
  if (isCollection(node)) return String(node);
  const value = isScalar(node) ? node.value : null;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}

function rangeOf(node: unknown): TextRange {
  const [start = 0, end = 0] = (node as { range?: readonly number[] } | null)?.range ?? [];
  return { start, end };
}
