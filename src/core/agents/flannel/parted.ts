import type { Cluster } from '../../snapshot/cluster';
import { backendOf, overlayNode } from './overlay-node';

/** That nodes come to have another backend than others, as sentences: none where that was so before. */
export function partedNodes(before: Cluster, after: Cluster): string[] {
  if (before === after || backends(before).size > 1) return [];
  const parts = [...backends(after)];
  if (parts.length < 2) return [];
  const words = parts.map(
    ([backend, names]) => `${names.join(' and ')} ${names.length === 1 ? 'has' : 'have'} ${backend}`,
  );
  return [
    `Not every flanneld is restarted: ${words.join(', ')}. Each passes over the leases of the other: their pods do not reach each other by what it sets up.`,
  ];
}

function backends(cluster: Cluster): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { name } of cluster.nodes) {
    const node = overlayNode(cluster, name);
    if (node) found.set(backendOf(node.lease), [...(found.get(backendOf(node.lease)) ?? []), name]);
  }
  return found;
}
