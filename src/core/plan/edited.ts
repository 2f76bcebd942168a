import { Cluster } from '../snapshot/cluster';

/** One output of a cluster. */
export interface OutputPlace {
  readonly node: string;
  readonly namespace: string;
  /** Probe id. */
  readonly output: string;
}

/** The cluster as it would be if an output had printed something else. */
export function withOutputText(cluster: Cluster, { node, namespace, output }: OutputPlace, stdout: string): Cluster {
  const { snapshot } = cluster;
  const nodes = snapshot.nodes.map((one) =>
    one.name !== node
      ? one
      : {
          ...one,
          namespaces: one.namespaces.map((space) => {
            const before = space.outputs[output];
            if (space.name !== namespace || !before) return space;
            return { ...space, outputs: { ...space.outputs, [output]: { ...before, exitCode: 0, stdout } } };
          }),
        },
  );
  return new Cluster({ ...snapshot, nodes }, cluster);
}
