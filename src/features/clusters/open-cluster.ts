import * as vscode from 'vscode';
import type { Cluster } from '../../core/snapshot/cluster';
import type { LiveNode } from './live-node';

/** The one open cluster that is made of nodes, not of a snapshot file. */
export const LIVE_ID = 'live';
export const LIVE_URI = vscode.Uri.from({ scheme: 'hoplens-live', path: '/' });

/** Of edited copies of clusters, and of their outputs, which can be written. */
export const EDIT_SCHEME = 'hoplens-edit';

/** A snapshot that is open in the window, or the nodes of the settings. */
export interface OpenCluster {
  /** Stands in the addresses of its documents; unique among the open ones, the same when opened again. */
  readonly id: string;
  readonly uri: vscode.Uri;
  readonly cluster: Cluster;
  /** The nodes of the settings, those that are not in the cluster yet included; undefined for a snapshot. */
  readonly live?: readonly LiveNode[];
}
