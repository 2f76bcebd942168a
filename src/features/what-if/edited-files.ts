import * as vscode from 'vscode';
import { dumpAddress } from '../dumps/dump-uri';
import type { EditedClusters } from './edited-clusters';

/** The outputs of edited clusters as files that can be written. They live as long as the window. */
export class EditedFiles implements vscode.FileSystemProvider {
  private readonly changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly onDidChangeFile = this.changed.event;
  private version = 1;

  constructor(private readonly clusters: EditedClusters) {}

  readFile(uri: vscode.Uri): Uint8Array {
    return new TextEncoder().encode(this.text(uri));
  }

  async writeFile(uri: vscode.Uri, content: Uint8Array): Promise<void> {
    this.text(uri);
    const address = dumpAddress(uri);
    this.version++;
    if (address) await this.clusters.edit(address.clusterId, address, new TextDecoder().decode(content));
  }

  stat(uri: vscode.Uri): vscode.FileStat {
    return { type: vscode.FileType.File, ctime: 0, mtime: this.version, size: this.readFile(uri).length };
  }

  watch(): vscode.Disposable {
    return new vscode.Disposable(() => undefined);
  }

  readDirectory(): [string, vscode.FileType][] {
    return [];
  }

  createDirectory(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  delete(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  rename(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  private text(uri: vscode.Uri): string {
    const address = dumpAddress(uri);
    const text = address && this.clusters.text(address.clusterId, address);
    if (text === undefined) throw vscode.FileSystemError.FileNotFound(uri);
    return text;
  }
}
