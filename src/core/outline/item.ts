import type { FoundConfiguration } from '../agents/found';
import type { NetworkNamespace } from '../snapshot/namespace';

/** A line of an output in the snapshot, where something on the screen comes from. */
export interface SourceRef {
  readonly node: string;
  readonly namespace: string;
  /** Probe id. */
  readonly output: string;
  /** Counting from 1. */
  readonly line: number;
}

/** One entry of a tree: what it says, what is below it, and what can be done with it. */
export interface OutlineItem {
  /** Unique among its siblings and stable over refreshes. */
  readonly id: string;
  readonly label: string;
  readonly description?: string;
  readonly tooltip?: string;
  /** Name of a codicon. */
  readonly icon: string;
  /** Says that something is not known, or wrong. */
  readonly state?: 'missing' | 'warning';
  readonly children?: () => readonly OutlineItem[];
  readonly expanded?: boolean;
  /** Where it can be read in the dump. */
  readonly source?: SourceRef;
  /** What "Copy" takes. */
  readonly copy?: string;
  /** ENDPOINTs for a trace that goes to here, or starts here. */
  readonly traceTo?: string;
  /** The protocol of such a trace, where the entry has one. */
  readonly protocol?: string;
  readonly traceFrom?: string;
  /** An agent's configuration, which opens as a document. */
  readonly configuration?: { readonly node: string; readonly found: FoundConfiguration };
}

/**
 * An entry that says that something is not known: its probe was not run, or failed. Unknown is not empty.
 * `ids`: the probes that would tell, `command` as the first of them is typed.
 */
export function unread(
  namespace: NetworkNamespace,
  what: string,
  command: string,
  ids: readonly string[],
): OutlineItem {
  const id = ids.find((one) => namespace.record.outputs[one] !== undefined);
  const output = id === undefined ? undefined : namespace.record.outputs[id];
  if (id === undefined || !output) {
    return {
      id: what,
      label: `${what}: not collected`,
      icon: 'question',
      state: 'missing',
      tooltip: `The snapshot has no output of "${command}". What is not collected is not known; it is not empty.`,
    };
  }
  const stderr = output.stderr.trim();
  return {
    id: what,
    label: `${what}: could not be read`,
    description: stderr.split('\n', 1)[0] || `exit code ${output.exitCode}`,
    icon: 'warning',
    state: 'warning',
    tooltip: `"${output.command}" failed with exit code ${output.exitCode}. ${stderr}`.trim(),
    source: { node: namespace.node, namespace: namespace.name, output: id, line: 1 },
  };
}

/** Long lists are shown in parts of this many. */
const PART = 500;

/** The entries themselves, or where they are many, parts of them. */
export function inParts<T>(items: readonly T[], make: (item: T, index: number) => OutlineItem): readonly OutlineItem[] {
  if (items.length <= PART) return items.map(make);
  const parts: OutlineItem[] = [];
  for (let start = 0; start < items.length; start += PART) {
    const end = Math.min(start + PART, items.length);
    parts.push({
      id: `part ${start}`,
      label: `${start + 1}–${end}`,
      icon: 'list-ordered',
      children: () => items.slice(start, end).map((item, at) => make(item, start + at)),
    });
  }
  return parts;
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
