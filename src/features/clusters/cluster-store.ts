import * as vscode from 'vscode';
import type { Cluster } from '../../core/snapshot/cluster';
import { EDIT_SCHEME, LIVE_ID, type OpenCluster } from './open-cluster';
import { readSnapshot } from './read-snapshot';

/** The clusters that are open in this window. */
export class ClusterStore implements vscode.Disposable {
  private readonly clusters = new Map<string, OpenCluster>();
  private readonly variants = new Map<string, OpenCluster>();
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;

  /** The live nodes first. */
  get all(): readonly OpenCluster[] {
    const all = [...this.clusters.values()];
    return [...all.filter(({ live }) => live), ...all.filter(({ live }) => !live)];
  }

  get(id: string): OpenCluster | undefined {
    return this.clusters.get(id) ?? this.variants.get(id);
  }

  /** Keeps a cluster as it would be with changes, so that its outputs can be opened. It is in no view. */
  addVariant(of: OpenCluster, cluster: Cluster): OpenCluster {
    const variant = { id: `${of.id}~${this.variants.size + 1}`, uri: of.uri, cluster };
    this.variants.set(variant.id, variant);
    return variant;
  }

  /** Opens a snapshot file, or reads it again. Undefined, and told to the user, where it cannot be read. */
  async open(uri: vscode.Uri): Promise<OpenCluster | undefined> {
    const result = await readSnapshot(uri);
    if ('error' in result) {
      void vscode.window.showErrorMessage(result.error);
      return undefined;
    }
    const opened = { id: this.idOf(uri), uri, cluster: result.cluster };
    await this.put(opened);
    return opened;
  }

  /** Takes the place of the one with the same id. */
  async put(open: OpenCluster): Promise<void> {
    this.clusters.set(open.id, open);
    await this.announce();
  }

  async close(id: string): Promise<void> {
    if (this.clusters.delete(id)) await this.announce();
  }

  private async announce(): Promise<void> {
    await vscode.commands.executeCommand('setContext', 'hoplens.hasClusters', this.clusters.size > 0);
    await vscode.commands.executeCommand('setContext', 'hoplens.hasLiveNodes', this.clusters.has(LIVE_ID));
    this.changed.fire();
  }

  /** Reads the snapshot files again. */
  async refresh(): Promise<void> {
    await Promise.all(
      this.all.filter(({ live, uri }) => !live && uri.scheme !== EDIT_SCHEME).map((one) => this.open(one.uri)),
    );
  }

  /** The file's name without its ending; a number behind it where another one has the same. */
  private idOf(uri: vscode.Uri): string {
    const base = (uri.path.split('/').at(-1) ?? 'cluster').replace(/\.hoplens\.json(\.gz)?$/, '');
    for (let count = 1; ; count++) {
      const id = count === 1 ? base : `${base}-${count}`;
      const known = this.clusters.get(id);
      if (id === LIVE_ID) continue;
      if (!known || known.uri.toString() === uri.toString()) return id;
    }
  }

  dispose(): void {
    this.changed.dispose();
  }
}
