import type { JsonObject } from '../../text/json';
import { jsonItems } from '../../text/json';
import { endLine } from '../../text/lines';
import type { NamespaceRecord } from '../format';
import { failed } from '../netfilter';

/* Outputs as they would be after a change of the state that they show. What was not collected stays unknown. */

export function editOutput(record: NamespaceRecord, id: string, edit: (stdout: string) => string): NamespaceRecord {
  const output = record.outputs[id];
  if (!output || failed(output)) return record;
  return { ...record, outputs: { ...record.outputs, [id]: { ...output, stdout: edit(output.stdout) } } };
}

/** One entry of an output, in both of the forms that iproute2 prints. */
export interface Entry {
  readonly json: JsonObject;
  /** Without a line end, or several lines. */
  readonly text: string;
}

/** Leaves out the entries that `gone` tells, and adds others. */
export function editEntries(
  stdout: string,
  gone: { readonly json: (item: JsonObject) => boolean; readonly text: (line: string) => boolean },
  added: readonly Entry[] = [],
): string {
  if (/^\s*\[/.test(stdout)) {
    const items = jsonItems(stdout).items.flatMap(({ value }) => (gone.json(value) ? [] : [value]));
    const all = [...items, ...added.map(({ json }) => json)];
    return `[${all.map((item) => JSON.stringify(item)).join(',\n')}]\n`;
  }
  const kept = endLine(stdout)
    .split('\n')
    .filter((line) => !gone.text(line))
    .join('\n');
  return added.length === 0 ? kept : endLine(kept) + added.map(({ text }) => `${text}\n`).join('');
}
