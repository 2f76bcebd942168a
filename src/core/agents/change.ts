import type { FlannelPlanned, KubeProxyPlanned } from '../plan/plan';
import type { Cluster } from '../snapshot/cluster';
import type { Configuration } from './configuration';
import type { Settings } from './refusal';
import type { TextSource } from './texts';

export type AgentPlanned = KubeProxyPlanned | FlannelPlanned;

/** A change that the agent would take. */
export interface AgentChange {
  readonly cluster: Cluster;
  readonly node: string;
  readonly change: AgentPlanned;
  /** Where the text was read; undefined for a file that is not there yet. */
  readonly source: TextSource | undefined;
  readonly before: Configuration;
  readonly after: Configuration;
}

export interface AgentEffect {
  /** Running: until the agent or the node starts again. Persistent: what is written stays. */
  readonly lasts: 'running' | 'persistent';
  /** A conflict leaves the cluster broken, and is refused unless insisted on. */
  readonly severity: 'conflict' | 'warning' | 'info';
  /** A sentence. */
  readonly text: string;
}

export interface AgentPrediction {
  /** With the configuration changed, and what follows from it as far as that is known. */
  readonly cluster: Cluster;
  /** The network configs with which flannelds have been restarted, by node: others hear of their leases. */
  readonly started?: ReadonlyMap<string, Settings>;
  /** What of it cannot be told beforehand; undefined where all is told. */
  readonly unknown?: string;
  /** The nodes that this is unknown of, where they are others than that of the change. */
  readonly nodes?: readonly string[];
}
