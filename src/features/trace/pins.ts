import type * as vscode from 'vscode';
import type { TraceResult } from '../../core/trace/result';

/** A trace that was kept as it was, to hold others against it. */
export interface PinnedTrace {
  readonly id: string;
  readonly label: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly result: TraceResult;
}

const KEY = 'hoplens.pinnedTraces';
/** A trace is some hundred kilobytes, and the editor keeps them in one value. */
const MOST = 12;

/** The traces that are pinned in this workspace, the latest first. */
export class PinnedTraces {
  constructor(private readonly memento: vscode.Memento) {}

  get all(): readonly PinnedTrace[] {
    return this.memento.get<readonly PinnedTrace[]>(KEY, []);
  }

  get(id: string): PinnedTrace | undefined {
    return this.all.find((one) => one.id === id);
  }

  async add(label: string, result: TraceResult): Promise<PinnedTrace> {
    const at = Date.now();
    const pinned = { id: `${at}-${this.all.length}`, label, at, result };
    await this.memento.update(KEY, [pinned, ...this.all].slice(0, MOST));
    return pinned;
  }

  async remove(id: string): Promise<void> {
    await this.memento.update(
      KEY,
      this.all.filter((one) => one.id !== id),
    );
  }
}
