import { type Address, formatAddress, parseAddress } from '../net/address';
import { parsePrefix, type Prefix } from '../net/prefix';
import { jsonOf, readEtcd } from '../text/etcd';
import { isObject, type JsonObject, numberOf, stringOf } from '../text/json';
import { linesOf } from '../text/lines';

/** flannel's network config (its `subnet/config.go`); JSON names are case-insensitive there. */
export interface FlannelConfig {
  readonly network: Prefix | undefined;
  /** `udp`, `vxlan`, `host-gw` …; flannel takes udp where none is named. */
  readonly backend: string;
  /** UDP port of the tunnel. */
  readonly port: number | undefined;
  readonly line: number;
}

/** Which node owns a pod subnet: its lease. */
export interface Lease {
  readonly subnet: Prefix;
  readonly publicIp: Address;
  readonly backend: string | undefined;
  readonly vtepMac: string | undefined;
  /** Of backend vxlan. */
  readonly vni: number | undefined;
  /** Of the output of etcd; 0 for a lease that a node's annotations hold. */
  readonly line: number;
}

export interface FlannelState {
  readonly config: FlannelConfig | undefined;
  readonly leases: readonly Lease[];
}

/** Default ports of the backends (flannel `backend/udp`, kernel default of VXLAN). */
export const UDP_PORT = 8285;
export const VXLAN_PORT = 8472;

function field(object: JsonObject, name: string): unknown {
  return Object.entries(object).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
}

/** Reads the keys below `/coreos.com/network`, in whichever form etcd printed them; a bare config value as well. */
export function readFlannelEtcd(text: string): FlannelState {
  let config: FlannelConfig | undefined;
  const leases: Lease[] = [];
  for (const { key, value, line } of readEtcd(text)) {
    const object = jsonOf(value);
    if (!object) continue;
    if (field(object, 'Network') !== undefined) config = configOf(object, line);
    const lease = leaseOf(key, object, line);
    if (lease) leases.push(lease);
  }
  return { config, leases };
}

function configOf(object: JsonObject, line: number): FlannelConfig {
  const backend = field(object, 'Backend');
  const network = field(object, 'Network');
  const type = isObject(backend) ? field(backend, 'Type') : undefined;
  const port = isObject(backend) ? field(backend, 'Port') : undefined;
  return {
    network: typeof network === 'string' ? parsePrefix(network) : undefined,
    backend: typeof type === 'string' ? type : 'udp',
    port: typeof port === 'number' ? port : undefined,
    line,
  };
}

/** `/coreos.com/network/subnets/10.1.63.0-24` = `{"PublicIP":"192.168.1.11", …}` */
function leaseOf(key: string, object: JsonObject, line: number): Lease | undefined {
  const name = /\/subnets\/([^/&]+)-(\d+)/.exec(key);
  const publicIp = parseAddress(stringOf(object, 'PublicIP') ?? '');
  const subnet = name && parsePrefix(`${name[1] ?? ''}/${name[2] ?? ''}`);
  if (!subnet || !publicIp) return undefined;
  const data = object['BackendData'];
  return {
    subnet,
    publicIp,
    backend: stringOf(object, 'BackendType'),
    vtepMac: isObject(data) ? stringOf(data, 'VtepMAC') : undefined,
    vni: isObject(data) ? numberOf(data, 'VNI') : undefined,
    line,
  };
}

/** The value of a lease in etcd (flannel's `lease.LeaseAttrs`). */
export function leaseValue({ publicIp, backend, vni, vtepMac }: Lease): string {
  return JSON.stringify({
    PublicIP: formatAddress(publicIp),
    ...(backend !== undefined && backend !== 'udp' && { BackendType: backend }),
    ...(backend === 'vxlan' && { BackendData: { VNI: vni, VtepMAC: vtepMac } }),
  });
}

/** The lease of a node whose flannel keeps it in the node's annotations; its subnet is the node's podCIDR. */
export function leaseOfNode(subnet: Prefix | undefined, annotations: ReadonlyMap<string, string>): Lease | undefined {
  const publicIp = parseAddress(annotations.get('public-ip') ?? '');
  if (!subnet || !publicIp) return undefined;
  // `null` for backends that have none to tell.
  const data = annotations.get('backend-data') ?? '';
  const [, mac] = /"VtepMAC"\s*:\s*"([^"]*)"/.exec(data) ?? [];
  const [, vni] = /"VNI"\s*:\s*(\d+)/.exec(data) ?? [];
  return {
    subnet,
    publicIp,
    backend: annotations.get('backend-type'),
    vtepMac: mac,
    vni: vni === undefined ? undefined : Number(vni),
    line: 0,
  };
}

/** A node's own `/run/flannel/subnet.env`. */
export interface SubnetEnv {
  readonly network: Prefix | undefined;
  readonly subnet: Prefix | undefined;
  readonly mtu: number | undefined;
  readonly masquerade: boolean | undefined;
}

export function readSubnetEnv(text: string): SubnetEnv {
  const values = new Map<string, string>();
  for (const { text: line } of linesOf(text)) {
    const pair = /^\s*(?:export\s+)?(FLANNEL_\w+)=["']?([^"'\s]*)/.exec(line);
    if (pair) values.set(pair[1] ?? '', pair[2] ?? '');
  }
  const mtu = values.get('FLANNEL_MTU');
  const masquerade = values.get('FLANNEL_IPMASQ');
  return {
    network: parsePrefix(values.get('FLANNEL_NETWORK') ?? ''),
    subnet: parsePrefix(values.get('FLANNEL_SUBNET') ?? ''),
    mtu: mtu === undefined ? undefined : Number(mtu),
    masquerade: masquerade === undefined ? undefined : masquerade === 'true',
  };
}
