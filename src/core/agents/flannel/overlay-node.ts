import { type Address, sameAddress } from '../../net/address';
import { EVERYWHERE, samePrefix } from '../../net/prefix';
import { isContainerBridge, isFlannelUdp, isOverlay, isVxlan } from '../../overlay/device';
import type { Lease } from '../../overlay/flannel';
import type { Interface } from '../../routing/interface';
import type { Cluster } from '../../snapshot/cluster';
import type { NetworkNamespace } from '../../snapshot/namespace';

/** A node of flannel's, as far as it is known what its flanneld goes by. */
export interface OverlayNode {
  readonly name: string;
  readonly host: NetworkNamespace;
  readonly lease: Lease;
  /** The interface with the PublicIP, by which tunnels go out. */
  readonly underlay: Interface;
}

/** Undefined where neither a lease is known to be the node's, nor subnet.env tells its subnet. */
export function overlayNode(cluster: Cluster, name: string): OverlayNode | undefined {
  const node = cluster.node(name);
  const host = node?.host;
  if (!node || !host) return undefined;
  const subnet = node.subnetEnv?.subnet;
  // Machines that were cloned, or made by one tool, may all have an address that only looks like their own.
  const own = cluster.flannel.leases.flatMap((lease) => {
    const underlay = lease.subnet.family === 4 ? underlayWith(host, lease.publicIp) : undefined;
    return underlay ? [{ name, host, lease, underlay }] : [];
  });
  const found = own.find(({ lease }) => subnet && samePrefix(lease.subnet, subnet));
  if (found || own.length > 0) return found ?? (own.length === 1 ? own[0] : undefined);
  const main = host.fib(4)?.routesInto(EVERYWHERE[4])[0]?.nextHops[0]?.device;
  const underlay = main === undefined ? undefined : host.interface(main);
  const publicIp = underlay?.addresses.find(
    ({ address, scope }) => address.family === 4 && scope === 'global',
  )?.address;
  if (!subnet || !underlay || !publicIp) return undefined;
  return { name, host, underlay, lease: { subnet, publicIp, line: 0, ...shownBackend(host) } };
}

function underlayWith({ interfaces = [] }: NetworkNamespace, address: Address): Interface | undefined {
  return interfaces.find(
    (device) =>
      !isOverlay(device) &&
      !isContainerBridge(device, interfaces) &&
      device.addresses.some((own) => sameAddress(own.address, address)),
  );
}

/** flannel has udp where none is named (`subnet/config.go`); what is in etcd of that backend names none, either. */
export function backendOf({ backend }: Partial<Pick<Lease, 'backend'>>): string {
  return backend ?? 'udp';
}

/** The backend that a node has, by the interfaces that are there. */
function shownBackend(host: NetworkNamespace): Pick<Lease, 'backend' | 'vtepMac' | 'vni'> {
  const devices = (host.interfaces ?? []).filter(({ name, up }) => /^flannel/.test(name) && up !== false);
  const vxlan = devices.find(isVxlan);
  if (vxlan) return { backend: 'vxlan', vtepMac: vxlan.mac, vni: Number(vxlan.name.replace(/^\D*/, '')) };
  return { backend: devices.some(isFlannelUdp) ? 'udp' : 'host-gw', vtepMac: undefined, vni: undefined };
}

/** Of all nodes; also of those that were not collected. */
export function allLeases(cluster: Cluster): Lease[] {
  const nodes = cluster.nodes.flatMap(({ name }) => overlayNode(cluster, name) ?? []);
  const own = nodes.map(({ lease }) => lease);
  return [...own, ...cluster.flannel.leases.filter((lease) => !own.includes(lease))];
}
