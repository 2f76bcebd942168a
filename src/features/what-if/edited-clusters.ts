import * as vscode from 'vscode';
import { Cluster } from '../../core/snapshot/cluster';
import { type OutputPlace, withOutputText } from '../../core/plan/edited';
import type { ClusterStore } from '../clusters/cluster-store';
import { EDIT_SCHEME, type OpenCluster } from '../clusters/open-cluster';
import { editedId } from '../dumps/dump-uri';

/** Copies of open clusters whose outputs can be edited. */
export class EditedClusters {
  constructor(private readonly store: ClusterStore) {}

  /** The copy of a cluster, made when it is first asked for. */
  async of(base: OpenCluster): Promise<OpenCluster> {
    const id = editedId(base.id);
    const known = this.store.get(id);
    if (known) return known;
    const name = vscode.l10n.t('{0} (edited)', base.cluster.name);
    const copy = {
      id,
      uri: vscode.Uri.from({ scheme: EDIT_SCHEME, path: '/', query: id }),
      cluster: new Cluster({ ...base.cluster.snapshot, cluster: name }),
    };
    await this.store.put(copy);
    return copy;
  }

  text(id: string, { node, namespace, output }: OutputPlace): string | undefined {
    const spaces = this.store.get(id)?.cluster.node(node)?.namespaces;
    return spaces?.find(({ name }) => name === namespace)?.record.outputs[output]?.stdout;
  }

  /** Everything that follows from the text is worked out anew when it is asked for. */
  async edit(id: string, place: OutputPlace, text: string): Promise<void> {
    const open = this.store.get(id);
    if (!open || this.text(id, place) === text) return;
    await this.store.put({ ...open, cluster: withOutputText(open.cluster, place, text) });
  }
}
