import type { Snapshot } from '../core/snapshot/format';
import type { NodeReading } from './collect';

/** The snapshot that these readings make. */
export function snapshotOf(cluster: string, readings: readonly NodeReading[], collectedAt: Date): Snapshot {
  return {
    hoplensSnapshot: 1,
    cluster,
    collectedAt: collectedAt.toISOString(),
    nodes: readings.map(({ record }) => record),
  };
}
