import * as vscode from 'vscode';
import type { Field } from '../../core/agents/field';
import { valuesOf } from '../../core/agents/suggest';
import { CHANGE_KINDS } from '../../core/plan/read-change';
import { CHANGE_WORDS, FIELD_VALUES, PLAN_WORDS } from '../../core/plan/words';
import { type SetBlock, setBlockAt } from '../../core/plan/set-block';
import type { ClusterStore } from '../clusters/cluster-store';
import { factsOf } from '../agents/help';
import { plainMarkdown } from '../plain-markdown';

/** `name:`, at its indent; the dash of a list entry counts as indent. */
const FIELD = /^(\s*(?:-\s+)?)([A-Za-z][\w-]*):/;

/** `iptables.masqueradeAll:`, below `set:`. */
const SETTING = /^(\s*)([\w.-]+):(?:\s|$)/;

/** What a field of a plan is for. */
export class PlanHover implements vscode.HoverProvider {
  provideHover(document: vscode.TextDocument, { line, character }: vscode.Position): vscode.Hover | undefined {
    const setting = settingAt(document, line);
    if (setting) {
      const { field, range } = setting;
      return range.contains(new vscode.Position(line, character))
        ? new vscode.Hover([`${field.name}: ${factsOf(field)}`, field.effect].map(plainMarkdown), range)
        : undefined;
    }
    const [, indent, name] = FIELD.exec(document.lineAt(line).text) ?? [];
    if (indent === undefined || name === undefined) return undefined;
    const range = new vscode.Range(line, indent.length, line, indent.length + name.length);
    if (character < indent.length || character > indent.length + name.length) return undefined;
    const words = indent === '' ? PLAN_WORDS : CHANGE_WORDS;
    const text = Object.hasOwn(words, name) ? words[name] : undefined;
    return text === undefined ? undefined : new vscode.Hover(plainMarkdown(text.replaceAll('`', '"')), range);
  }
}

/** Fields and the values of those that have few, nodes and settings of the open clusters. */
export class PlanCompletion implements vscode.CompletionItemProvider {
  constructor(private readonly store: ClusterStore) {}

  provideCompletionItems(document: vscode.TextDocument, position: vscode.Position): vscode.CompletionItem[] {
    const before = document.lineAt(position.line).text.slice(0, position.character);
    const block = setBlockAt(document.getText().split('\n'), position.line);
    if (block) return settings(block, before, position);
    const [, , field] = /^(\s*(?:-\s+)?)([A-Za-z][\w-]*):\s+\S*$/.exec(before) ?? [];
    if (field !== undefined)
      return this.valuesOf(field).map((value) => new vscode.CompletionItem(value, vscode.CompletionItemKind.Value));
    const [, indent] = /^(\s*(?:-\s+)?)[\w-]*$/.exec(before) ?? [];
    if (indent === undefined) return [];
    if (indent === '') return fields(PLAN_WORDS, namesIn(document.getText().split('\n'), ''));
    const entry = linesOfEntry(document, position.line);
    const there = namesIn(entry, '.*');
    const kinded = CHANGE_KINDS.some((kind) => there.has(kind));
    return fields(CHANGE_WORDS, kinded ? new Set([...there, ...CHANGE_KINDS]) : there);
  }

  private valuesOf(field: string): readonly string[] {
    const nodes = this.store.all.flatMap(({ cluster }) => cluster.nodes);
    if (field === 'node') return [...new Set(nodes.map(({ name }) => name))];
    if (field === 'sysctl')
      return [...new Set(nodes.flatMap(({ host }) => [...(host?.sysctls?.entries() ?? [])].map(([key]) => key)))];
    return Object.hasOwn(FIELD_VALUES, field) ? (FIELD_VALUES[field] ?? []) : [];
  }
}

function fields(words: Readonly<Record<string, string>>, there: ReadonlySet<string>): vscode.CompletionItem[] {
  return Object.entries(words)
    .filter(([name]) => !there.has(name))
    .map(([name, text]) => {
      const item = new vscode.CompletionItem(name, vscode.CompletionItemKind.Field);
      item.insertText = `${name}: `;
      item.documentation = text.replaceAll('`', '"');
      return item;
    });
}

/** A value of an agent's configuration that a line sets. */
function settingAt(
  document: vscode.TextDocument,
  line: number,
): { readonly field: Field; readonly range: vscode.Range } | undefined {
  const block = setBlockAt(document.getText().split('\n'), line);
  const [, indent = '', name = ''] = SETTING.exec(document.lineAt(line).text) ?? [];
  const field = block && fieldOf(block, name);
  return field && { field, range: new vscode.Range(line, indent.length, line, indent.length + name.length) };
}

function fieldOf({ form: { table } }: SetBlock, name: string): Field | undefined {
  return table.find(name) ?? table.byFlag(name);
}

/** Names of an agent's settings, or values of one. */
function settings(block: SetBlock, before: string, { line, character }: vscode.Position): vscode.CompletionItem[] {
  const [, , name] = SETTING.exec(before) ?? [];
  const start = /[^\s]*$/.exec(before)?.index ?? character;
  const range = new vscode.Range(line, start, line, character);
  const item = (
    label: string,
    kind: vscode.CompletionItemKind,
    more: Partial<vscode.CompletionItem>,
  ): vscode.CompletionItem => Object.assign(new vscode.CompletionItem(label, kind), { range, ...more });
  if (name !== undefined) {
    const field = fieldOf(block, name);
    return (field ? valuesOf(field) : []).map((value) =>
      item(value === '' ? '""' : value, vscode.CompletionItemKind.Value, {}),
    );
  }
  return block.form.table.rows
    .filter((field) => field.secret !== true && field.type !== 'map' && !block.names.has(field.name))
    .map((field) =>
      item(field.name, vscode.CompletionItemKind.Property, {
        insertText: `${field.name}: `,
        detail: factsOf(field),
        documentation: plainMarkdown(field.effect),
      }),
    );
}

function namesIn(lines: readonly string[], indent: string): Set<string> {
  const pattern = new RegExp(`^${indent === '' ? '' : '\\s*(?:-\\s+)?'}([A-Za-z][\\w-]*):`);
  return new Set(lines.flatMap((line) => pattern.exec(line)?.[1] ?? []));
}

/** The lines from the dash above to the next one. */
function linesOfEntry(document: vscode.TextDocument, line: number): string[] {
  const isDash = (at: number): boolean => /^\s*-\s/.test(document.lineAt(at).text);
  let from = line;
  while (from > 0 && !isDash(from)) from--;
  let to = line + 1;
  while (to < document.lineCount && !isDash(to)) to++;
  return Array.from({ length: to - from }, (_, at) => document.lineAt(from + at).text);
}
