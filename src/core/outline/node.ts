import { formatAddress } from '../net/address';
import { formatPrefix } from '../net/prefix';
import { isOverlay } from '../overlay/device';
import { readResolvConf } from '../dns/resolv-conf';
import { decodeText, readEtcd } from '../text/etcd';
import type { Cluster, ClusterNode } from '../snapshot/cluster';
import { clusterNames } from '../snapshot/names';
import type { NetworkNamespace } from '../snapshot/namespace';
import { mainAddress } from '../trace/endpoint';
import { agentsItem } from './agents';
import { interfacesItem } from './interfaces';
import { unread, type OutlineItem, plural } from './item';
import { routesItem } from './routes';
import { rulesItems } from './rules';
import { sysctlsItem } from './sysctls';

/** The nodes of a cluster, with everything that is known of each. */
export function nodeItems(cluster: Cluster): OutlineItem[] {
  return cluster.nodes.map((node) => nodeItem(cluster, node));
}

function nodeItem(cluster: Cluster, node: ClusterNode): OutlineItem {
  const { host } = node;
  const address = host && mainAddress(host);
  const others = node.namespaces.filter((namespace) => namespace !== host);
  return {
    id: node.name,
    label: node.name,
    description: address ? formatAddress(address) : '',
    icon: 'server',
    copy: address ? formatAddress(address) : node.name,
    traceFrom: node.name,
    traceTo: node.name,
    children: () => [
      ...(host ? hostItems(cluster, node, host) : [NO_HOST]),
      ...(others.length > 0 ? [containersItem(cluster, others)] : []),
      ...(host ? [outputsItem(host)] : []),
    ],
  };
}

const NO_HOST: OutlineItem = {
  id: 'host',
  label: 'The host namespace: not collected',
  icon: 'question',
  state: 'missing',
  tooltip: 'The snapshot has only pods and containers of this node.',
};

function hostItems(cluster: Cluster, node: ClusterNode, host: NetworkNamespace): OutlineItem[] {
  return [
    interfacesItem(host),
    routesItem(host),
    ...rulesItems(host, clusterNames(cluster)),
    ...overlayItem(cluster, node, host),
    ...dnsItem(host),
    sysctlsItem(host),
    ...etcdItem(host),
    ...agentsItem(cluster, host),
  ];
}

function containersItem(cluster: Cluster, namespaces: readonly NetworkNamespace[]): OutlineItem {
  return {
    id: 'containers',
    label: 'Pods and containers',
    description: String(namespaces.length),
    icon: 'package',
    children: () =>
      namespaces.map((namespace) => {
        const address = mainAddress(namespace);
        const endpoint = `${namespace.node}/${namespace.name}`;
        return {
          id: namespace.name,
          label: namespace.name,
          description: [address ? formatAddress(address) : undefined, namespace.kind]
            .filter((part) => part !== undefined)
            .join(' · '),
          icon: 'package',
          copy: address ? formatAddress(address) : namespace.name,
          traceFrom: endpoint,
          traceTo: endpoint,
          children: () => [
            interfacesItem(namespace),
            routesItem(namespace),
            ...rulesItems(namespace, clusterNames(cluster)),
            ...dnsItem(namespace),
            outputsItem(namespace),
          ],
        };
      }),
  };
}

/** Tunnels of the node, the overlay's network, and which node owns which pod subnet. */
function overlayItem(cluster: Cluster, node: ClusterNode, host: NetworkNamespace): OutlineItem[] {
  const tunnels = host.interfaces?.filter(isOverlay) ?? [];
  const { config, leases } = cluster.flannel;
  if (tunnels.length === 0 && !config && leases.length === 0) return [];
  const backend = config?.backend ?? (tunnels.some((device) => /^flannel\d+$/.test(device.name)) ? 'udp' : undefined);
  return [
    {
      id: 'overlay',
      label: 'Overlay',
      description: [
        backend === undefined ? undefined : `flannel ${backend}`,
        config?.network && formatPrefix(config.network),
      ]
        .filter((part) => part !== undefined)
        .join(' · '),
      icon: 'arrow-swap',
      children: () => [
        ...tunnels.map((device) => ({
          id: device.name,
          label: device.name,
          description: device.addresses.map((own) => formatAddress(own.address)).join(', '),
          icon: 'arrow-swap',
          source: { node: node.name, namespace: host.name, output: 'ip-addr', line: device.line },
        })),
        ...subnetItems(cluster),
      ],
    },
  ];
}

function subnetItems(cluster: Cluster): OutlineItem[] {
  const { leases } = cluster.flannel;
  if (leases.length > 0)
    return leases.map((lease) => ({
      id: `lease ${formatPrefix(lease.subnet)}`,
      label: formatPrefix(lease.subnet),
      description: `${cluster.underlayHolder(lease.publicIp)?.node.name ?? 'unknown node'} · lease of ${formatAddress(lease.publicIp)}`,
      icon: 'symbol-namespace',
      copy: formatPrefix(lease.subnet),
    }));
  return cluster.nodes.flatMap((node) =>
    (node.host?.interfaces ?? []).flatMap((device) =>
      device.addresses.flatMap((own) => {
        const owner = cluster.subnetOwner(own.address);
        if (owner?.node !== node || isOverlay(device)) return [];
        const subnet = formatPrefix(owner.subnet);
        return [
          {
            id: `subnet ${subnet}`,
            label: subnet,
            description: `${node.name} · by ${device.name}`,
            icon: 'symbol-namespace',
            copy: subnet,
          },
        ];
      }),
    ),
  );
}

function dnsItem(namespace: NetworkNamespace): OutlineItem[] {
  const output = namespace.output('resolv-conf');
  if (!output)
    return namespace.kind === 'host' ? [unread(namespace, 'DNS', 'cat /etc/resolv.conf', ['resolv-conf'])] : [];
  const conf = readResolvConf(output.stdout);
  const source = { node: namespace.node, namespace: namespace.name, output: 'resolv-conf' };
  return [
    {
      id: 'dns',
      label: 'DNS',
      description: conf.nameservers.map((server) => formatAddress(server.address)).join(', '),
      icon: 'globe',
      source: { ...source, line: 1 },
      children: () => [
        ...conf.nameservers.map((server, at) => ({
          id: `server ${at}`,
          label: formatAddress(server.address),
          description:
            at === 0
              ? 'name server'
              : 'name server, asked when the one before does not answer (glibc), or at once (musl)',
          icon: 'globe',
          source: { ...source, line: server.line },
          copy: formatAddress(server.address),
          traceTo: `${formatAddress(server.address)}:53`,
        })),
        ...(conf.search.length > 0
          ? [{ id: 'search', label: 'search', description: conf.search.join(' '), icon: 'list-tree' }]
          : []),
        { id: 'ndots', label: 'ndots', description: String(conf.ndots), icon: 'symbol-numeric' },
      ],
    },
  ];
}

function etcdItem(host: NetworkNamespace): OutlineItem[] {
  const outputs = ['etcd-flannel', 'etcd-registry'].flatMap((id) => {
    const output = host.output(id);
    return output ? [{ id, output }] : [];
  });
  if (outputs.length === 0) return [];
  return [
    {
      id: 'etcd',
      label: 'etcd',
      description: outputs.map(({ id }) => id.replace('etcd-', '')).join(', '),
      icon: 'database',
      children: () =>
        outputs.flatMap(({ id, output }) =>
          readEtcd(output.stdout).map(({ key, value, line }, at) => ({
            id: `${id} ${at}`,
            label:
              key === ''
                ? (output.command
                    .split(/\s+/)
                    .find((word) => word.startsWith('/') || word.startsWith('"/'))
                    ?.replaceAll('"', '') ?? id)
                : key,
            description: preview(value),
            icon: 'symbol-key',
            source: { node: host.node, namespace: host.name, output: id, line },
            copy: decodeText(value),
          })),
        ),
    },
  ];
}

function preview(value: Uint8Array): string {
  if (value[0] === 0x6b && value[1] === 0x38 && value[2] === 0x73 && value[3] === 0)
    return plural(value.length, 'byte') + ' of protobuf';
  const text = decodeText(value).replace(/\s+/g, ' ').trim();
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}

/** Every output as it was printed. */
function outputsItem(namespace: NetworkNamespace): OutlineItem {
  const outputs = Object.entries(namespace.record.outputs);
  return {
    id: 'outputs',
    label: 'Outputs',
    description: String(outputs.length),
    icon: 'output',
    children: () =>
      outputs.map(([id, output]) => ({
        id,
        label: output.command || id,
        description: output.exitCode === 0 ? id : `${id} · exit code ${output.exitCode}`,
        ...(output.stderr !== '' && { tooltip: output.stderr }),
        icon: output.exitCode === 0 ? 'terminal' : 'warning',
        ...(output.exitCode !== 0 && { state: 'warning' as const }),
        source: { node: namespace.node, namespace: namespace.name, output: id, line: 1 },
        copy: output.stdout,
      })),
  };
}
