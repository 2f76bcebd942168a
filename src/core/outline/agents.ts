import { type FoundConfiguration, foundConfigurations } from '../agents/found';
import { placeName } from '../agents/form';
import { runningAgents } from '../agents/running';
import { sourceOf } from '../agents/texts';
import type { Cluster } from '../snapshot/cluster';
import type { NetworkNamespace } from '../snapshot/namespace';
import type { OutlineItem, SourceRef } from './item';

interface Agent {
  readonly name: string;
  readonly how: string;
  readonly source: SourceRef | undefined;
}

/** Programs that keep the node's network, found by their sockets, or by what they have written; with what configures them. */
export function agentsItem(cluster: Cluster, host: NetworkNamespace): OutlineItem[] {
  const configured = foundConfigurations(cluster, host.node);
  const agents = [
    ...byProcesses(host),
    ...bySockets(host),
    ...byChains(host),
    ...byDevices(host),
    ...configured.map(({ agent }) => ({ name: agent, how: 'by its configuration', source: undefined })),
  ].filter((agent, at, all) => all.findIndex((other) => other.name === agent.name) === at);
  const secrets = runningAgents(host)?.secrets ?? [];
  if (agents.length === 0 && secrets.length === 0) return [];
  return [
    {
      id: 'agents',
      label: 'Agents',
      description: agents.map((agent) => agent.name).join(', '),
      icon: 'robot',
      children: () => [
        ...agents.map((agent) => {
          const own = configured.filter((one) => one.agent === agent.name);
          return {
            id: agent.name,
            label: agent.name,
            description: agent.how,
            icon: 'robot',
            ...(agent.source && { source: agent.source }),
            copy: agent.name,
            ...(own.length > 0 && { children: () => own.map((found) => configurationItem(cluster, host, found)) }),
          };
        }),
        ...secrets.map((path) => ({
          id: path,
          label: path,
          description: 'holds a secret: it is not read, and has to be changed on the node',
          icon: 'lock',
          copy: path,
        })),
      ],
    },
  ];
}

function configurationItem(cluster: Cluster, host: NetworkNamespace, found: FoundConfiguration): OutlineItem {
  const { in: place } = found.change;
  const source = sourceOf(cluster, host.node, place);
  return {
    id: JSON.stringify(place),
    label: placeName(place),
    description: 'etcd' in place ? `etcd, API v${place.etcd.api}` : (KINDS[Object.keys(place)[0] ?? ''] ?? ''),
    icon: 'settings-gear',
    configuration: { node: host.node, found },
    copy: placeName(place),
    ...(source && {
      source: {
        node: source.namespace.node,
        namespace: source.namespace.name,
        output: source.output,
        line: source.line,
      },
    }),
  };
}

const KINDS: Readonly<Record<string, string>> = {
  config: 'configuration file',
  flags: 'flags',
  configMap: 'of the Kubernetes API',
  netConf: 'network config',
  subnetEnv: 'what flanneld tells dockerd',
  docker: 'settings of the bridge',
};

function byProcesses(host: NetworkNamespace): Agent[] {
  return (runningAgents(host)?.processes ?? []).map(({ argv, unit, line }) => ({
    name: (argv[0] ?? '')
      .replace(/^.*\//, '')
      .replace(/^docker$/, 'dockerd')
      .replace(/^hyperkube$/, 'kube-proxy'),
    how: unit === '' ? 'runs' : unit === 'container' ? 'runs in a container' : `runs as ${unit}`,
    source: { node: host.node, namespace: host.name, output: 'agents', line },
  }));
}

const KNOWN =
  /^(kube-proxy|flanneld|dockerd|docker-proxy|containerd|kubelet|etcd|calico-\S+|bird6?|cilium-\S+|k3s\S*|kube-router)$/;

function bySockets(host: NetworkNamespace): Agent[] {
  return (host.listeners ?? []).flatMap((listener) =>
    listener.processes
      .filter((name) => KNOWN.test(name))
      .map((name) => ({
        name,
        how: `listens on port ${listener.port}`,
        source: { node: host.node, namespace: host.name, output: 'ss', line: listener.line },
      })),
  );
}

function byChains(host: NetworkNamespace): Agent[] {
  return host.netfilter(4).tables.flatMap(({ table, output }) => {
    const found: Agent[] = [];
    for (const [chain, name, how] of [
      ['KUBE-SERVICES', 'kube-proxy', 'iptables mode'],
      ['DOCKER', 'dockerd', 'keeps chain DOCKER'],
      ['FLANNEL-POSTRTG', 'flanneld', 'keeps chain FLANNEL-POSTRTG'],
    ] as const) {
      const line = table.chains.get(chain)?.line;
      if (line !== undefined)
        found.push({
          name,
          how: `${how}, by its chains in table ${table.name}`,
          source: { node: host.node, namespace: host.name, output, line },
        });
    }
    return found;
  });
}

function byDevices(host: NetworkNamespace): Agent[] {
  return (host.interfaces ?? []).flatMap((device) => {
    const source = { node: host.node, namespace: host.name, output: 'ip-addr', line: device.line };
    if (/^flannel\d+$/.test(device.name))
      return [{ name: 'flanneld', how: `udp backend, by its device ${device.name}`, source }];
    if (/^flannel\.\d+$/.test(device.name))
      return [{ name: 'flanneld', how: `vxlan backend, by its device ${device.name}`, source }];
    if (device.name === 'kube-ipvs0')
      return [{ name: 'kube-proxy', how: 'IPVS mode, by its device kube-ipvs0', source }];
    if (device.name === 'docker0') return [{ name: 'dockerd', how: 'by its bridge docker0', source }];
    return [];
  });
}
