import { type Address, formatAddress, sameAddress } from '../../net/address';
import { covers, formatPrefix, parsePrefix, type Prefix } from '../../net/prefix';
import { isFlannelUdp, isVxlan } from '../../overlay/device';
import { type Lease, VXLAN_PORT } from '../../overlay/flannel';
import { withDevice, withoutDevice } from '../../snapshot/edit/devices';
import { type TunnelPeer, withPeers } from '../../snapshot/edit/neighbours';
import { editRoutes, replaceRoutes } from '../../snapshot/edit/routes';
import type { NamespaceRecord } from '../../snapshot/format';
import type { NetworkNamespace } from '../../snapshot/namespace';
import type { Settings } from '../refusal';
import { tunnelMtu } from './overhead';
import type { OverlayNode } from './overlay-node';

/** A backend: what its flanneld does on a node, in the words of the node's outputs. */
export interface Backend {
  /** When it starts: its interface, and what it tells the others in its lease. */
  readonly start: (
    node: OverlayNode,
    settings: Settings,
  ) => { readonly record: NamespaceRecord; readonly lease: Lease };
  /** When it hears of leases of other nodes of the same backend. */
  readonly learn: (node: OverlayNode, others: readonly Lease[], settings: Settings) => NamespaceRecord;
  readonly mtu: (node: OverlayNode, settings: Settings) => number | undefined;
}

/** flannel's `backend/udp`, since 0.11; before, the address has the length of the whole network, and the route follows from it. */
const udp: Backend = {
  start: ({ host, lease, underlay }, settings) => {
    const told = { ...lease, backend: 'udp', vtepMac: undefined, vni: undefined };
    if (host.interfaces?.some((device) => isFlannelUdp(device) && device.up !== false))
      return { record: host.record, lease: told };
    const name = 'flannel0';
    const mtu = underlay.mtu === undefined ? undefined : tunnelMtu('udp', underlay.mtu);
    const made = withDevice(withoutDevice(host.record, name), {
      ...{ name, mtu, vxlan: undefined, mac: undefined },
      address: firstOf(lease),
    });
    const network = parsePrefix(String(settings.get('Network') ?? ''));
    return {
      record: network ? editRoutes(made, 4, () => false, [`${formatPrefix(network)} dev ${name}`]) : made,
      lease: told,
    };
  },
  // flanneld carries by its own table.
  learn: ({ host }) => host.record,
  mtu: ({ underlay }) => (underlay.mtu === undefined ? undefined : tunnelMtu('udp', underlay.mtu)),
};

/** flannel's `backend/vxlan`, since 0.9. */
const vxlan: Backend = {
  start: (node, settings) => {
    const { host, lease } = node;
    const vni = numberOf(settings, 'Backend.VNI') ?? 1;
    const name = `flannel.${vni}`;
    const old = host.interface(name);
    const set = numberOf(settings, 'Backend.Port') ?? 0;
    // `vxlanLinksIncompat`: one that is like it is taken as it is.
    if (
      old &&
      isVxlan(old) &&
      old.up !== false &&
      (set === 0 || old.vxlan?.port === set) &&
      (!old.vxlan?.local || sameAddress(old.vxlan.local, lease.publicIp))
    )
      return { record: host.record, lease: { ...lease, backend: 'vxlan', vni, vtepMac: old.mac ?? lease.vtepMac } };
    // Only of a lease that the node's annotations hold the address is taken again (`GetStoredMacAddresses`).
    const mac = (lease.line === 0 ? lease.vtepMac : undefined) ?? drawnMac(lease.publicIp);
    const record = withDevice(withoutDevice(host.record, name), {
      ...{ name, mac, mtu: vxlan.mtu(node, settings), address: firstOf(lease) },
      vxlan: {
        ...{ id: vni, local: lease.publicIp, over: node.underlay.name },
        port: set === 0 ? VXLAN_PORT : set,
      },
    });
    return { record, lease: { ...lease, backend: 'vxlan', vni, vtepMac: mac } };
  },
  learn: ({ host, lease: own }, others, settings) => {
    const device = host.interface(`flannel.${own.vni ?? 1}`);
    if (!device) return host.record;
    const routes = new Map<Prefix, string>();
    const peers: TunnelPeer[] = [];
    for (const other of others) {
      const { subnet, publicIp, vtepMac: mac } = other;
      // Before 0.7, its address had the length of the whole network, and others were asked for when they were needed.
      if (device.addresses.some(({ network }) => covers(network, subnet))) continue;
      const address = firstOf(other);
      const direct = settings.get('Backend.DirectRouting') === true ? linkTo(host, publicIp) : undefined;
      const to = formatPrefix(subnet);
      if (direct !== undefined) routes.set(subnet, `${to} via ${formatAddress(publicIp)} dev ${direct}`);
      else routes.set(subnet, `${to} via ${formatAddress(address)} dev ${device.name} onlink`);
      if (direct === undefined && mac !== undefined) peers.push({ address, mac, vtep: publicIp });
    }
    return replaceRoutes(withPeers(host.record, device.name, peers), 4, routes);
  },
  mtu: ({ underlay }, settings) => {
    const mtu = numberOf(settings, 'Backend.MTU') ?? underlay.mtu;
    return mtu === undefined ? undefined : tunnelMtu('vxlan', mtu);
  },
};

/** flannel's `backend/hostgw`, and `backend/route_network.go`. */
const hostGateway: Backend = {
  start: ({ host, lease }) => ({
    record: host.record,
    lease: { ...lease, backend: 'host-gw', vtepMac: undefined, vni: undefined },
  }),
  learn: ({ host, underlay }, others) => {
    const routes = others.map(({ subnet, publicIp }) => {
      const text = `${formatPrefix(subnet)} via ${formatAddress(publicIp)} dev ${underlay.name}`;
      // What was there goes first; the kernel refuses a gateway that is not on-link, and flanneld logs that.
      return [subnet, linkTo(host, publicIp) === underlay.name ? text : undefined] as const;
    });
    return replaceRoutes(host.record, 4, new Map(routes));
  },
  mtu: ({ underlay }) => underlay.mtu,
};

/** Those whose doings are known exactly. */
export const BACKENDS_TOLD: Readonly<Partial<Record<string, Backend>>> = { udp, vxlan, 'host-gw': hostGateway };

/**
 * Stands for the MAC address that a VTEP draws when it is made: locally administered, and the node's PublicIP. All nodes
 * have it alike in what is predicted.
 */
export function drawnMac({ value }: Address): string {
  const bytes = [24n, 16n, 8n, 0n].map((shift) => ((value >> shift) & 255n).toString(16).padStart(2, '0'));
  return ['02:00', ...bytes].join(':');
}

/** Of a pod subnet, which is that of the tunnel. */
function firstOf({ subnet: { family, value } }: Lease): Address {
  return { family, value };
}

function numberOf(settings: Settings, name: string): number | undefined {
  const value = settings.get(name);
  return typeof value === 'number' ? value : undefined;
}

/** The interface on whose link an address is. */
function linkTo(host: NetworkNamespace, dst: Address): string | undefined {
  const found = host.fib(dst.family)?.lookup({
    ...{ dst, src: undefined, iif: 'lo', mark: 0, tos: 0, proto: 0, sport: undefined, dport: undefined },
  });
  const hop = found?.kind === 'route' && found.route.type === 'unicast' ? found.hops[0] : undefined;
  return hop && !hop.gateway ? hop.device : undefined;
}
