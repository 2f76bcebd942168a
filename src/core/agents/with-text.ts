import { Cluster } from '../snapshot/cluster';
import { configMapOutput, fileOutput } from '../snapshot/file-output';
import type { NamespaceRecord, Output } from '../snapshot/format';
import { decodeText, readEtcd } from '../text/etcd';
import type { Place } from './form';
import { keyAsked, pathOf, type TextSource } from './texts';

/** The cluster, had the configuration at a place another text. */
export function withText(
  cluster: Cluster,
  node: string,
  place: Place,
  text: string,
  source: TextSource | undefined,
): Cluster {
  const record = source?.namespace.record ?? cluster.node(node)?.host?.record;
  const old = source && record?.outputs[source.output];
  const id =
    source?.output ?? ('configMap' in place ? configMapOutput(place.configMap) : fileOutput(pathOf(place) ?? ''));
  const stdout = 'etcd' in place && old ? withValue(old, place.etcd.key, text) : text;
  const output: Output = { command: old?.command ?? `cat ${pathOf(place) ?? ''}`, exitCode: 0, stdout, stderr: '' };
  return withRecord(cluster, record, id, output);
}

export function withRecord(cluster: Cluster, record: NamespaceRecord | undefined, id: string, output: Output): Cluster {
  const { snapshot } = cluster;
  const nodes = snapshot.nodes.map((one) => ({
    ...one,
    namespaces: one.namespaces.map((space) =>
      space === record ? { ...space, outputs: { ...space.outputs, [id]: output } } : space,
    ),
  }));
  return new Cluster({ ...snapshot, nodes });
}

/** The keys as `etcdctl get --prefix` prints them, one of them with another value. */
function withValue(output: Output, key: string, value: string): string {
  return readEtcd(output.stdout)
    .map((one) => {
      const name = one.key || keyAsked(output);
      return `${name}\n${name === key ? value : decodeText(one.value)}\n`;
    })
    .join('');
}
