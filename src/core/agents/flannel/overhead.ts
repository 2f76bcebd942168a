import { VXLAN_PORT, UDP_PORT } from '../../overlay/flannel';
import type { Settings } from '../refusal';

/** What a backend adds to each packet over IPv4, in bytes (flannel `backend/*`); undefined for those that have no tunnel of theirs. */
const OVERHEAD: Readonly<Partial<Record<string, number>>> = {
  udp: 28,
  vxlan: 50,
  'host-gw': 0,
  wireguard: 80,
  ipip: 20,
};

export function tunnelMtu(backend: string, underlay: number): number | undefined {
  const overhead = OVERHEAD[backend];
  return overhead === undefined ? undefined : underlay - overhead;
}

/** The device that a backend makes; undefined for those that make none. */
export function tunnelDevice(backend: string, settings: Settings): string | undefined {
  const vni = settings.get('Backend.VNI');
  if (backend === 'udp') return 'flannel0';
  if (backend === 'vxlan') return `flannel.${typeof vni === 'number' ? vni : 1}`;
  if (backend === 'wireguard') return 'flannel-wg';
  return backend === 'ipip' ? 'flannel.ipip' : undefined;
}

/** What has to be open between the nodes. */
export function tunnelPort(backend: string, settings: Settings): string | undefined {
  const set = settings.get(backend === 'wireguard' ? 'Backend.ListenPort' : 'Backend.Port');
  const port = typeof set === 'number' && set !== 0 ? set : undefined;
  if (backend === 'udp') return `UDP ${port ?? UDP_PORT}`;
  if (backend === 'vxlan') return `UDP ${port ?? VXLAN_PORT}`;
  if (backend === 'wireguard') return `UDP ${port ?? 51_820}`;
  if (backend === 'ipip') return 'protocol 4';
  return backend === 'ipsec' ? 'ESP' : undefined;
}
