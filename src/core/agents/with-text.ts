import { Cluster } from '../snapshot/cluster';
import { configMapOutput, fileOutput } from '../snapshot/file-output';
import type { NamespaceRecord, Output } from '../snapshot/format';
import { decodeText, readEtcd } from '../text/etcd';
import type { Place } from './form';
import { FLANNEL, keyAsked, pathOf, type TextSource } from './texts';

/** The cluster, had the configuration at a place another text. What is one for all nodes is so in all that was read of it. */
export function withText(
  cluster: Cluster,
  node: string,
  place: Place,
  text: string,
  source: TextSource | undefined,
): Cluster {
  if ('etcd' in place && source) return withKey(cluster, place.etcd.key, text);
  const id = 'configMap' in place ? configMapOutput(place.configMap) : fileOutput(pathOf(place) ?? '');
  const edit = (record: NamespaceRecord): NamespaceRecord => {
    const output = source?.output ?? id;
    const command = record.outputs[output]?.command ?? `cat ${pathOf(place) ?? ''}`;
    return {
      ...record,
      outputs: { ...record.outputs, [output]: { command, exitCode: 0, stdout: text, stderr: '' } },
    };
  };
  const own = source?.namespace.record ?? cluster.node(node)?.host?.record;
  return withRecords(cluster, (record) =>
    record === own || ('configMap' in place && record.outputs[id]) ? edit(record) : record,
  );
}

/** The cluster, had a key of flannel's in etcd another value: wherever it was read, or else wherever others were. */
export function withKey(cluster: Cluster, key: string, value: string): Cluster {
  const isThere = flannelKeys(cluster).includes(key);
  return withRecords(cluster, (record) => {
    const output = record.outputs[FLANNEL];
    const values = output && valuesOf(output);
    if (!values || values.size === 0 || (isThere && !values.has(key))) return record;
    // As `etcdctl get --prefix` prints them.
    const stdout = [...values.set(key, value)].map(([name, own]) => `${name}\n${own}\n`).join('');
    return { ...record, outputs: { ...record.outputs, [FLANNEL]: { ...output, stdout } } };
  });
}

/** Of flannel's in etcd, as they were read on any node. */
export function flannelKeys({ namespaces }: Cluster): string[] {
  const outputs = namespaces.flatMap((namespace) => namespace.output(FLANNEL) ?? []);
  return outputs.flatMap((output) => [...valuesOf(output).keys()]);
}

function valuesOf(output: Output): Map<string, string> {
  const values = readEtcd(output.stdout);
  return new Map(values.map(({ key, value }) => [key || keyAsked(output), decodeText(value)]));
}

export function withRecord(cluster: Cluster, record: NamespaceRecord | undefined, id: string, output: Output): Cluster {
  return withRecords(cluster, (one) => (one === record ? { ...one, outputs: { ...one.outputs, [id]: output } } : one));
}

/** The cluster, had each namespace the outputs that `edit` makes of them. */
export function withRecords(cluster: Cluster, edit: (record: NamespaceRecord) => NamespaceRecord): Cluster {
  const { snapshot } = cluster;
  const nodes = snapshot.nodes.map((node) => ({ ...node, namespaces: node.namespaces.map(edit) }));
  return new Cluster({ ...snapshot, nodes }, cluster);
}
