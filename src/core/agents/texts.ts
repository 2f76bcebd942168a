import { configMapOutput, fileOutput } from '../snapshot/file-output';
import type { Cluster } from '../snapshot/cluster';
import type { Output } from '../snapshot/format';
import type { NetworkNamespace } from '../snapshot/namespace';
import { decodeText, readEtcd } from '../text/etcd';
import type { Place } from './form';
import { runningAgents } from './running';

/** Where a configuration was read. */
export interface TextSource {
  readonly text: string;
  readonly namespace: NetworkNamespace;
  /** Probe id. */
  readonly output: string;
  /** Counting from 1. */
  readonly line: number;
}

const SUBNET_ENV = '/run/flannel/subnet.env';

/** The text of a configuration as it was read; undefined where it was not. */
export function sourceOf(cluster: Cluster, node: string, place: Place): TextSource | undefined {
  const host = cluster.node(node)?.host;
  if ('etcd' in place) return etcdValue(cluster, node, place.etcd.key);
  if ('configMap' in place) {
    const id = configMapOutput(place.configMap);
    const holders = hostsFrom(cluster, node).filter((one) => one.output(id));
    return holders[0] && wholeOutput(holders[0], id);
  }
  const path = pathOf(place);
  if (!host || path === undefined) return undefined;
  return (
    wholeOutput(host, fileOutput(path)) ?? (path === SUBNET_ENV ? wholeOutput(host, 'flannel-subnet-env') : undefined)
  );
}

/** What was looked for and is not there, as opposed to what was not looked for. */
export function isAbsent(cluster: Cluster, node: string, place: Place): boolean {
  const host = cluster.node(node)?.host;
  const path = pathOf(place);
  const agents = host && runningAgents(host);
  return path !== undefined && agents !== undefined && ![...agents.files, ...agents.secrets].includes(path);
}

export function pathOf(place: Place): string | undefined {
  if ('etcd' in place || 'configMap' in place) return undefined;
  return Object.values(place as Readonly<Record<string, string>>)[0];
}

function wholeOutput(namespace: NetworkNamespace, id: string): TextSource | undefined {
  const output = namespace.output(id);
  return output && { text: output.stdout, namespace, output: id, line: 1 };
}

/** etcd and the Kubernetes API are the same for all: the node's own reading first. */
function hostsFrom(cluster: Cluster, node: string): NetworkNamespace[] {
  const nodes = [...cluster.nodes].sort((a, b) => Number(b.name === node) - Number(a.name === node));
  return nodes.flatMap(({ host }) => (host ? [host] : []));
}

/** The output of flannel's keys in etcd. */
export const FLANNEL = 'etcd-flannel';

function etcdValue(cluster: Cluster, node: string, key: string): TextSource | undefined {
  for (const namespace of hostsFrom(cluster, node)) {
    const output = namespace.output(FLANNEL);
    const found = output && readEtcd(output.stdout).find((one) => (one.key || keyAsked(output)) === key);
    if (found) return { text: decodeText(found.value), namespace, output: FLANNEL, line: found.line };
  }
  return undefined;
}

/** The key that a value printed alone is of. */
export function keyAsked({ command }: Output): string {
  return /(?:^|\s)"?(\/[^\s"]+)"?\s*$/.exec(command)?.[1] ?? '';
}

/** Which API printed it: the keys of both are apart. */
export function etcdApi({ command, stdout }: Output): 2 | 3 {
  if (/^\s*\{[^]*"kvs"/.test(stdout)) return 3;
  return /ETCDCTL_API=3|--prefix|\/v3/.test(command) ? 3 : 2;
}
