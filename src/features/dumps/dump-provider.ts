import * as vscode from 'vscode';
import type { ClusterStore } from '../clusters/cluster-store';
import { DUMP_SCHEME, dumpAddress } from './dump-uri';

/** Gives the text of an output. A closed cluster's documents say so. */
export class DumpProvider implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;
  private readonly subscription: vscode.Disposable;

  constructor(private readonly store: ClusterStore) {
    this.subscription = store.onDidChange(() => {
      for (const document of vscode.workspace.textDocuments)
        if (document.uri.scheme === DUMP_SCHEME) this.changed.fire(document.uri);
    });
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    const address = dumpAddress(uri);
    const open = address && this.store.get(address.clusterId);
    if (!open) return vscode.l10n.t('# The cluster of this document is not open. Open its snapshot to read it.');
    const namespace = open.cluster.node(address.node)?.namespaces.find((one) => one.name === address.namespace);
    const output = namespace?.record.outputs[address.output];
    if (!output) return vscode.l10n.t('# The snapshot has no output "{0}" of {1}.', address.output, address.node);
    if (output.stdout !== '' || output.exitCode === 0) return output.stdout;
    return [
      vscode.l10n.t('# "{0}" failed with exit code {1}.', output.command, output.exitCode),
      ...output.stderr.split('\n').map((line) => `# ${line}`),
    ].join('\n');
  }

  dispose(): void {
    this.subscription.dispose();
    this.changed.dispose();
  }
}
