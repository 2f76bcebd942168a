import * as vscode from 'vscode';
import type { ClusterStore } from '../clusters/cluster-store';
import { MemoryFiles } from '../memory-files';
import { CONFIGURATION_SCHEME, openConfiguration } from './configuration-uri';

/** What somebody has written over what was read. */
interface Written {
  readonly over: string;
  readonly text: string;
}

/**
 * Agents' configurations as documents. What is saved stays in this window until the configuration is read anew and is
 * another; nothing reaches a node.
 */
export class ConfigurationFiles extends MemoryFiles implements vscode.Disposable {
  private readonly written = new Map<string, Written>();
  private readonly subscription: vscode.Disposable;

  constructor(private readonly store: ClusterStore) {
    super();
    this.subscription = store.onDidChange(() => {
      this.version++;
      const shown = vscode.workspace.textDocuments.filter(({ uri }) => uri.scheme === CONFIGURATION_SCHEME);
      this.changed.fire(shown.map(({ uri }) => ({ type: vscode.FileChangeType.Changed, uri })));
    });
  }

  writeFile(uri: vscode.Uri, content: Uint8Array): void {
    const open = openConfiguration(this.store, uri);
    if (!open) throw vscode.FileSystemError.Unavailable(vscode.l10n.t('The cluster of this document is not open.'));
    this.version++;
    this.written.set(uri.toString(), { over: open.text, text: new TextDecoder().decode(content) });
  }

  protected text(uri: vscode.Uri): string {
    const open = openConfiguration(this.store, uri);
    if (!open) throw vscode.FileSystemError.FileNotFound(uri);
    const written = this.written.get(uri.toString());
    return written?.over === open.text ? written.text : open.text;
  }

  dispose(): void {
    this.subscription.dispose();
    this.changed.dispose();
  }
}
