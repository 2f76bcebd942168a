import type { NetworkNamespace } from '../snapshot/namespace';
import type { OutlineItem, SourceRef } from './item';

interface Agent {
  readonly name: string;
  readonly how: string;
  readonly source: SourceRef | undefined;
}

/** Programs that keep the node's network, found by their sockets, or by what they have written. */
export function agentsItem(host: NetworkNamespace): OutlineItem[] {
  const agents = [...bySockets(host), ...byChains(host), ...byDevices(host)].filter(
    (agent, at, all) => all.findIndex((other) => other.name === agent.name) === at,
  );
  if (agents.length === 0) return [];
  return [
    {
      id: 'agents',
      label: 'Agents',
      description: agents.map((agent) => agent.name).join(', '),
      icon: 'robot',
      children: () =>
        agents.map((agent) => ({
          id: agent.name,
          label: agent.name,
          description: agent.how,
          icon: 'robot',
          ...(agent.source && { source: agent.source }),
          copy: agent.name,
        })),
    },
  ];
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
