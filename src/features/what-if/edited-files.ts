import * as vscode from 'vscode';
import { dumpAddress } from '../dumps/dump-uri';
import { MemoryFiles } from '../memory-files';
import type { EditedClusters } from './edited-clusters';

/** The outputs of edited clusters as files that can be written. They live as long as the window. */
export class EditedFiles extends MemoryFiles {
  constructor(private readonly clusters: EditedClusters) {
    super();
  }

  async writeFile(uri: vscode.Uri, content: Uint8Array): Promise<void> {
    this.text(uri);
    const address = dumpAddress(uri);
    this.version++;
    if (address) await this.clusters.edit(address.clusterId, address, new TextDecoder().decode(content));
  }

  protected text(uri: vscode.Uri): string {
    const address = dumpAddress(uri);
    const text = address && this.clusters.text(address.clusterId, address);
    if (text === undefined) throw vscode.FileSystemError.FileNotFound(uri);
    return text;
  }
}
