import type * as vscode from 'vscode';
import type { Cluster } from '../../core/snapshot/cluster';

/** A snapshot that is open in the window. */
export interface OpenCluster {
  /** Stands in the addresses of its documents; unique among the open ones, the same when opened again. */
  readonly id: string;
  readonly uri: vscode.Uri;
  readonly cluster: Cluster;
}
