import * as vscode from 'vscode';
import { Cluster } from '../../core/snapshot/cluster';
import type { ConfiguredNode } from '../../nodes/configured-node';
import type { ClusterStore } from '../clusters/cluster-store';
import type { LiveNode, NodeState } from '../clusters/live-node';
import { LIVE_ID, LIVE_URI } from '../clusters/open-cluster';
import type { NodeReader } from '../../nodes/node-reader';

/** The nodes of the settings: connects to them, reads them, and shows them as one open cluster. */
export class LiveNodes implements vscode.Disposable {
  private readonly entries = new Map<string, Entry>();

  constructor(
    private readonly store: ClusterStore,
    private readonly readerOf: (node: ConfiguredNode) => NodeReader,
    /** Hears of every node that was logged in to and read. */
    private readonly onRead: (name: string) => void,
  ) {}

  get all(): readonly LiveNode[] {
    return [...this.entries.values()];
  }

  /** Takes over the settings. What is known of nodes that are still the same stays. */
  async configure(nodes: readonly ConfiguredNode[]): Promise<void> {
    const before = new Map(this.entries);
    this.entries.clear();
    for (const settings of nodes) {
      const known = before.get(settings.name);
      const same = known && JSON.stringify(known.settings) === JSON.stringify(settings);
      const changed = (): void => void this.publish();
      const isRead = (): void => {
        this.onRead(settings.name);
      };
      this.entries.set(settings.name, same ? known : new Entry(settings, this.readerOf(settings), changed, isRead));
      if (same) before.delete(settings.name);
    }
    for (const gone of before.values()) gone.dispose();
    await this.publish();
  }

  /** Reads nodes side by side; of those that are being read already, waits for the end. */
  async read(names: readonly string[]): Promise<void> {
    await Promise.all(
      names.map(async (name) => {
        await this.entries.get(name)?.read();
      }),
    );
  }

  /** Stops what is being done on a node. */
  cancel(name: string): void {
    this.entries.get(name)?.cancel();
  }

  async disconnect(name: string): Promise<void> {
    await this.entries.get(name)?.disconnect();
  }

  /** All that was read, as one cluster beside the snapshots. */
  private async publish(): Promise<void> {
    if (this.entries.size === 0) {
      await this.store.close(LIVE_ID);
      return;
    }
    const readings = this.all.flatMap(({ reading }) => (reading ? [reading] : []));
    const oldest = readings.map(({ at }) => at.getTime()).sort((one, other) => one - other)[0];
    const known = this.store.get(LIVE_ID)?.cluster;
    const records = readings.map(({ record }) => record);
    const same =
      known &&
      records.length === known.snapshot.nodes.length &&
      records.every((one) => known.snapshot.nodes.includes(one));
    const cluster = same
      ? known
      : new Cluster({
          hoplensSnapshot: 1,
          cluster: vscode.l10n.t('Live nodes'),
          collectedAt: oldest === undefined ? undefined : new Date(oldest).toISOString(),
          nodes: records,
        });
    await this.store.put({ id: LIVE_ID, uri: LIVE_URI, cluster, live: this.all });
  }

  dispose(): void {
    for (const entry of this.entries.values()) entry.dispose();
  }
}

class Entry implements LiveNode {
  state: NodeState = { kind: 'unread' };
  reading: LiveNode['reading'];
  private running: { readonly done: Promise<void>; readonly abort: AbortController } | undefined;

  constructor(
    readonly settings: ConfiguredNode,
    private readonly reader: NodeReader,
    private readonly changed: () => void,
    private readonly isRead: () => void,
  ) {
    reader.onLost(changed);
  }

  get connected(): boolean {
    return this.reader.connected;
  }

  read(): Promise<void> {
    if (this.running) return this.running.done;
    const abort = new AbortController();
    const done = this.attempt(abort.signal).finally(() => {
      this.running = undefined;
    });
    this.running = { done, abort };
    return done;
  }

  private async attempt(signal: AbortSignal): Promise<void> {
    const before = this.state;
    this.enter({ kind: this.connected ? 'reading' : 'connecting' });
    try {
      const { record, gaps } = await this.reader.read(signal, () => {
        this.enter({ kind: 'reading' });
      });
      this.reading = { record, gaps, at: new Date() };
      this.enter({ kind: 'read' });
      this.isRead();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.enter(signal.aborted ? before : { kind: 'failed', message });
    }
  }

  cancel(): void {
    this.running?.abort.abort();
  }

  async disconnect(): Promise<void> {
    this.cancel();
    await this.reader.close();
    this.changed();
  }

  dispose(): void {
    this.cancel();
    void this.reader.close();
  }

  private enter(state: NodeState): void {
    this.state = state;
    this.changed();
  }
}
