import { formatAddress, formatSocket } from '../net/address';
import { protocolName } from '../net/protocol';
import { percent } from '../netfilter/matches/statistic';
import {
  type Endpoint,
  type Evidence,
  portTitle,
  type Service,
  type ServicePort,
  serviceTitle,
} from '../kubernetes/service';
import type { Cluster } from '../snapshot/cluster';
import type { OutlineItem, SourceRef } from './item';

/** Services, their ports, and where each connection may go. */
export function serviceItems(cluster: Cluster): OutlineItem[] {
  if (cluster.services.length > 0) return cluster.services.map((service) => serviceItem(cluster, service));
  const rules = cluster.nodes.some(
    ({ host }) => host !== undefined && (host.netfilter(4).known !== 'none' || host.netfilter(6).known !== 'none'),
  );
  return [
    rules
      ? { id: 'none', label: 'No services', description: 'neither in the rules nor in etcd', icon: 'info' }
      : {
          id: 'none',
          label: 'Services: not known',
          description: 'no rules were read',
          icon: 'question',
          state: 'missing',
        },
  ];
}

function serviceItem(cluster: Cluster, service: Service): OutlineItem {
  const title = serviceTitle(service);
  const addresses = service.addresses.map(formatAddress);
  const [only] = service.ports;
  return {
    id: title,
    label: title,
    description: `${addresses.join(', ')} · ${service.ports.map(portTitle).join(', ')}`,
    icon: 'symbol-interface',
    ...(service.ports.every((port) => port.endpoints.length === 0) && { state: 'warning' as const }),
    copy: addresses[0] ?? title,
    ...(only && { traceTo: targetOf(service, only), protocol: protocolName(only.protocol) }),
    ...firstSource(only?.evidence ?? []),
    children: () => service.ports.map((port) => portItem(cluster, service, port)),
  };
}

function targetOf(service: Service, port: ServicePort): string {
  const address = service.addresses[0];
  return address ? formatSocket(address, port.port) : `svc:${serviceTitle(service)}:${port.port}`;
}

function firstSource(evidence: readonly Evidence[]): { source?: SourceRef } {
  const [first] = evidence;
  return first ? { source: { ...first } } : {};
}

function portItem(cluster: Cluster, service: Service, port: ServicePort): OutlineItem {
  const chain =
    port.chain === undefined ? undefined : `${port.chain}${port.verified === true ? ' (name verified)' : ''}`;
  const node = port.nodePort === undefined ? undefined : `NodePort ${port.nodePort}`;
  return {
    id: `${port.port}/${port.protocol}`,
    label: portTitle(port),
    description: [node, chain].filter((part) => part !== undefined).join(' · '),
    ...(port.verified === false && {
      tooltip:
        'The name of the chain is not the hash of this service port: another program made it, or the comment is wrong.',
    }),
    icon: 'symbol-event',
    expanded: true,
    ...((port.verified === false || port.endpoints.length === 0) && { state: 'warning' as const }),
    copy: `${port.port}/${protocolName(port.protocol)}`,
    traceTo: targetOf(service, port),
    protocol: protocolName(port.protocol),
    ...firstSource(port.evidence),
    children: () =>
      port.endpoints.length > 0
        ? port.endpoints.map((endpoint) => endpointItem(cluster, service, port, endpoint))
        : [{ id: 'none', label: 'no endpoints', icon: 'warning', state: 'warning' as const }],
  };
}

function endpointItem(cluster: Cluster, service: Service, port: ServicePort, endpoint: Endpoint): OutlineItem {
  const node = cluster.nodeOf(endpoint.address)?.name;
  const expected =
    endpoint.expectedNode ?? cluster.expectations.find((one) => one.service === serviceTitle(service))?.node;
  const elsewhere = node !== undefined && expected !== undefined && node !== expected;
  const holder = cluster.holders(endpoint.address)[0];
  const pod = holder && holder.namespace.kind !== 'host' ? holder.namespace.name : undefined;
  const notes = [
    endpoint.probability === undefined ? undefined : percent(endpoint.probability),
    pod,
    node === undefined ? 'on no known node' : `on ${node}`,
    elsewhere ? `expected on ${expected}` : undefined,
  ];
  return {
    id: formatSocket(endpoint.address, endpoint.port),
    label: formatSocket(endpoint.address, endpoint.port),
    description: notes.filter((note) => note !== undefined).join(' · '),
    icon: 'package',
    ...((elsewhere || node === undefined) && { state: 'warning' as const }),
    copy: formatSocket(endpoint.address, endpoint.port),
    traceTo: formatSocket(endpoint.address, endpoint.port),
    protocol: protocolName(port.protocol),
    ...(holder && { traceFrom: pod === undefined ? holder.node.name : `${holder.node.name}/${pod}` }),
    ...firstSource(endpoint.evidence),
  };
}
