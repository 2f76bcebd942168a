import type { NamespaceKind } from '../core/snapshot/format';
import { isObject, type JsonObject, objectsOf, stringOf } from '../core/text/json';

/** A network namespace of a node beside the host's, and how it is entered. */
export interface FoundNamespace {
  /** `default/g4` for a pod, a container's name, else that of the namespace; unique on the node. */
  readonly name: string;
  readonly kind: NamespaceKind;
  /** Whether somebody has given the name. */
  readonly named: boolean;
  /** The file that stands for it. */
  readonly path: string;
  /** One of its processes, by the node's number; undefined where it has none. */
  readonly pid: string | undefined;
}

/** What the probes netns-…, crictl-… and docker-… printed, by id. */
export type NamespaceOutputs = (id: string) => string | undefined;

/** The namespaces of a node other than its own, those with names first. */
export function findNamespaces(output: NamespaceOutputs): FoundNamespace[] {
  const processes = readProcesses(output('netns-processes') ?? '');
  const files = readNames(output('netns-names') ?? '');
  const containers = readContainers(output);
  const containerOf = new Map(
    [...(output('netns-containers') ?? '').matchAll(/^\/proc\/(\d+)\/cgroup:.*?([0-9a-f]{64})/gm)].map(
      ([, pid = '', id = '']) => [pid, containers.get(id)],
    ),
  );
  const found: FoundNamespace[] = [];
  for (const inode of new Set([...processes.byInode.keys(), ...files.keys()])) {
    if (inode === processes.own) continue;
    // The oldest is likely to stay.
    const pids = (processes.byInode.get(inode) ?? []).sort((one, other) => Number(one) - Number(other));
    const [pid] = pids;
    const file = files.get(inode);
    const path = pid === undefined ? file : `/proc/${pid}/ns/net`;
    if (path === undefined) continue;
    const container = pids.map((one) => containerOf.get(one)).find((one) => one !== undefined);
    const name = container?.name ?? file?.replace(/^.*\//, '') ?? `process ${pid ?? ''}`;
    const named = container !== undefined || file !== undefined;
    found.push({
      name: name === 'host' ? `host ${inode}` : name,
      kind: container?.kind ?? 'container',
      named,
      path,
      pid,
    });
  }
  return unique(found.sort((one, other) => Number(other.named) - Number(one.named)));
}

/** `ls -l` of /proc/PID/ns/net: `… /proc/17/ns/net -> net:[4026531840]`. */
function readProcesses(text: string): { own: string | undefined; byInode: Map<string, string[]> } {
  let own: string | undefined;
  const byInode = new Map<string, string[]>();
  for (const [, pid = '', inode = ''] of text.matchAll(/\/proc\/(\w+)\/ns\/net -> net:\[(\d+)\]/g)) {
    if (pid === 'self') own = inode;
    else byInode.set(inode, [...(byInode.get(inode) ?? []), pid]);
  }
  return { own, byInode };
}

/** `ls -i`: `4026532177 /run/netns/g4`. A name by which `ip netns exec` finds it comes before Docker's. */
function readNames(text: string): Map<string, string> {
  const names = new Map<string, string>();
  for (const [, inode = '', file = ''] of text.matchAll(/^\s*(\d+) (\/.+)$/gm))
    if (!names.has(inode)) names.set(inode, file);
  return names;
}

interface Container {
  readonly name: string;
  readonly kind: NamespaceKind;
}

/** Names of containers by their ids. */
function readContainers(output: NamespaceOutputs): Map<string, Container> {
  const containers = new Map<string, Container>();
  for (const [, id = '', name = ''] of (output('docker-containers') ?? '').matchAll(/^([0-9a-f]{64}) (\S+)/gm))
    containers.set(id, dockerName(name));
  for (const [probe, list] of [
    ['crictl-containers', 'containers'],
    ['crictl-pods', 'items'],
  ] as const)
    for (const item of jsonList(output(probe), list)) {
      const labels = isObject(item['labels']) ? item['labels'] : {};
      const namespace = stringOf(labels, 'io.kubernetes.pod.namespace');
      const pod = stringOf(labels, 'io.kubernetes.pod.name');
      const id = stringOf(item, 'id');
      if (id !== undefined && namespace !== undefined && pod !== undefined)
        containers.set(id, { name: `${namespace}/${pod}`, kind: 'pod' });
    }
  return containers;
}

function jsonList(text: string | undefined, name: string): JsonObject[] {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return isObject(value) ? objectsOf(value, name) : [];
  } catch {
    return [];
  }
}

/** kubelet's containers under Docker are named `k8s_CONTAINER_POD_NAMESPACE_UID_ATTEMPT` (pkg/kubelet/dockershim/naming.go). */
function dockerName(name: string): Container {
  const [prefix, , pod, namespace] = name.split('_');
  return prefix === 'k8s' && pod !== undefined && namespace !== undefined
    ? { name: `${namespace}/${pod}`, kind: 'pod' }
    : { name, kind: 'container' };
}

function unique(found: readonly FoundNamespace[]): FoundNamespace[] {
  const taken = new Map<string, number>();
  return found.map((one) => {
    const before = taken.get(one.name) ?? 0;
    taken.set(one.name, before + 1);
    return before === 0 ? one : { ...one, name: `${one.name} (${before + 1})` };
  });
}
