import type * as vscode from 'vscode';
import { readPlan, type PlanText } from '../../core/plan/read-plan';
import type { ClusterStore } from '../clusters/cluster-store';
import type { OpenCluster } from '../clusters/open-cluster';

export const PLAN_ENDING = '.hoplens-plan.yaml';
export const PLAN_FILES: vscode.DocumentSelector = { language: 'yaml', pattern: `**/*${PLAN_ENDING}` };

export function isPlan(document: vscode.TextDocument): boolean {
  return document.uri.path.endsWith(PLAN_ENDING);
}

/** Plans as they stand in documents, and the cluster that each is about. */
export class PlanFiles {
  constructor(private readonly store: ClusterStore) {}

  /** Without a cluster, any node's name may be right. */
  read(document: vscode.TextDocument): PlanText {
    const nodes = this.store.all.flatMap(({ cluster, live }) => [
      ...cluster.nodes.map(({ name }) => name),
      ...(live ?? []).map(({ settings }) => settings.name),
    ]);
    return readPlan(document.getText(), nodes.length === 0 ? undefined : [...new Set(nodes)]);
  }

  /** The open cluster that has all of a plan's nodes; the live nodes rather than a snapshot. */
  clusterOf({ plan }: PlanText): OpenCluster | undefined {
    if (!plan) return undefined;
    return this.store.all.find(({ cluster }) => plan.changes.every(({ node }) => cluster.node(node)));
  }
}
