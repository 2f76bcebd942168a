import { formatAddress } from '../../net/address';
import { covers, formatPrefix, parsePrefix, type Prefix } from '../../net/prefix';
import { isContainerBridge, isOverlay } from '../../overlay/device';
import type { Cluster, ClusterNode } from '../../snapshot/cluster';
import type { AgentChange, AgentEffect } from '../change';
import type { Settings } from '../refusal';
import { backendOf } from './overlay-node';
import { tunnelDevice, tunnelMtu, tunnelPort } from './overhead';

type Tell = (severity: AgentEffect['severity'], text: string) => void;

/** What another network config means for leases, tunnels and containers, as far as the cluster was read. */
export function networkConfigEffects({ cluster, before, after }: AgentChange): AgentEffect[] {
  const said: AgentEffect[] = [];
  const tell: Tell = (severity, text) => void said.push({ lasts: 'running', severity, text });
  const was = before.backend ?? '';
  const is = after.backend ?? '';
  if (was !== is) {
    leases(cluster, is, tell);
    const [old, own] = [left(was, before.values), left(is, after.values)];
    if (old !== undefined) tell('warning', `flanneld leaves ${old} where it does not replace them.`);
    // The routes of the others are as specific, and are replaced.
    if (own !== undefined && was === 'udp')
      tell('warning', `When the change is taken back, ${own} stay likewise, and go before what leads into flannel0.`);
    if (is === 'vxlan')
      tell(
        'info',
        'Predicted as flanneld does it since 0.9, with a route for each node. A VTEP draws its MAC address when it is made: one of 02:00 and the PublicIP of its node stands for it here.',
      );
    containers(cluster, is, tell);
    if (is === 'host-gw') sharedSubnet(cluster, tell);
    if (
      before.values.has('Backend.Port') &&
      before.values.get('Backend.Port') === after.values.get('Backend.Port') &&
      (is === 'vxlan' || is === 'udp')
    )
      tell('warning', `Backend.Port stays: ${is} uses ${tunnelPort(is, after.values) ?? ''}.`);
  }
  const [open, port] = [tunnelPort(was, before.values), tunnelPort(is, after.values)];
  if (port !== undefined && port !== open)
    tell('warning', `${port} has to be open between all nodes; until now it was ${open ?? 'nothing'}.`);
  const network = after.values.get('Network');
  const prefix = typeof network === 'string' ? parsePrefix(network) : undefined;
  if (prefix && network !== before.values.get('Network')) {
    overlaps(cluster, prefix, tell);
    const lost = cluster.flannel.leases.filter(({ subnet }) => !covers(prefix, subnet));
    if (lost.length > 0)
      tell(
        'warning',
        `${lost.map(({ subnet }) => formatPrefix(subnet)).join(', ')} ${lost.length === 1 ? 'is a lease' : 'are leases'} outside of ${formatPrefix(prefix)}: each node gets another subnet, and its pods other addresses.`,
      );
  }
  return said;
}

/** A flanneld passes over the leases of another backend (`subnet/watch.go`, the backends' handleSubnetEvents). */
function leases(cluster: Cluster, backend: string, tell: Tell): void {
  const others = cluster.flannel.leases.filter((lease) => backendOf(lease) !== backend);
  const nodes = others.map(({ publicIp }) => cluster.underlayHolder(publicIp)?.node.name ?? formatAddress(publicIp));
  if (others.length > 0)
    tell(
      'warning',
      `A flanneld with ${backend} passes over leases of backend ${backendOf(others[0] ?? {})}, those of ${nodes.join(' and ')}: until the last flanneld has been restarted, pods on nodes that have the one and the other do not reach each other.`,
    );
}

/** What the kernel holds outlives the flanneld that has made it, but for the TUN of udp. */
function left(backend: string, settings: Settings): string | undefined {
  if (backend === 'host-gw') return 'its routes by way of the other nodes';
  const device = backend === 'udp' ? undefined : tunnelDevice(backend, settings);
  return device && `${device} and its routes, until "ip link del ${device}",`;
}

/** Containers keep the MTU that they were started with. */
function containers(cluster: Cluster, backend: string, tell: Tell): void {
  for (const node of cluster.nodes) {
    const underlay = underlayMtu(cluster, node);
    const mtu = underlay === undefined ? undefined : tunnelMtu(backend, underlay);
    const devices = node.host?.interfaces ?? [];
    const large = devices.filter(
      (device) => isContainerBridge(device, devices) && (device.mtu ?? 0) > (mtu ?? Infinity),
    );
    const written = node.subnetEnv?.mtu;
    if (mtu === undefined || (large.length === 0 && (written === undefined || written === mtu))) continue;
    const bridges = large.map((device) => `${device.name} has ${device.mtu ?? 0}`).join(', ');
    const said = [written === undefined ? '' : `subnet.env says ${written}`, bridges]
      .filter((one) => one !== '')
      .join(', ');
    tell(
      mtu < (written ?? large[0]?.mtu ?? 0) ? 'warning' : 'info',
      `The MTU of the tunnel on ${node.name} becomes ${mtu} (${said}): flanneld writes it to subnet.env, dockerd takes bip and mtu from there when it is restarted, and containers keep the MTU that they were started with.`,
    );
  }
}

function underlayMtu(cluster: Cluster, node: ClusterNode): number | undefined {
  const holders = cluster.flannel.leases.flatMap(({ publicIp }) => cluster.underlayHolder(publicIp) ?? []);
  const own = holders.find((holder) => holder.node === node)?.device;
  const tunnel = node.host?.interfaces?.find((device) => isOverlay(device));
  const first = node.host?.interfaces?.find(
    (device) => !device.loopback && device.addresses.length > 0 && device !== tunnel,
  );
  return (own ?? first)?.mtu;
}

/** With host-gw the next hop is the other node itself, on one link. */
function sharedSubnet(cluster: Cluster, tell: Tell): void {
  const nodes = cluster.nodes.filter(({ host }) => host?.interfaces !== undefined);
  for (const [at, one] of nodes.entries())
    for (const other of nodes.slice(at + 1))
      if (!underlays(one).some((own) => underlays(other).some((its) => covers(own, its) || covers(its, own))))
        tell(
          'conflict',
          `${one.name} and ${other.name} share no subnet: host-gw cannot route from one to the other, as there a pod's packets go to the node itself without a tunnel.`,
        );
}

function underlays({ host }: ClusterNode): Prefix[] {
  const devices = host?.interfaces ?? [];
  return devices
    .filter((device) => !device.loopback && !isOverlay(device) && !isContainerBridge(device, devices))
    .flatMap((device) => device.addresses.map(({ network }) => network));
}

/** A network for pods that is already somebody else's. */
function overlaps(cluster: Cluster, network: Prefix, tell: Tell): void {
  const known = cluster.flannel.config?.network;
  for (const { name, host } of cluster.nodes) {
    const devices = host?.interfaces ?? [];
    for (const route of host?.routes(network.family)?.routes ?? []) {
      const { destination } = route;
      if (
        destination.mask === 0n ||
        route.table === 'local' ||
        !(covers(network, destination) || covers(destination, network))
      )
        continue;
      const device = devices.find((one) => route.text.includes(` dev ${one.name}`));
      if (
        (known && covers(known, destination)) ||
        (device && (isOverlay(device) || isContainerBridge(device, devices)))
      )
        continue;
      tell('conflict', `Network ${formatPrefix(network)} overlaps a route of ${name}: ${route.text.trim()}.`);
    }
  }
}
