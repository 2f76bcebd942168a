import type { Interface } from '../routing/interface';

const TUNNEL_KINDS = new Set([
  'vxlan',
  'tun',
  'ipip',
  'sit',
  'gre',
  'gretap',
  'ip6tnl',
  'ip6gre',
  'geneve',
  'wireguard',
]);
const TUNNEL_NAMES = /^(flannel[.\d-]|tunl0$|vxlan|cilium_vxlan|wg\d|weave$|geneve|tun\d|flannel-wg)/;
const BRIDGE_NAMES =
  /^(docker\d+|docker_gwbridge|cni\d*|cbr\d+|br-[0-9a-f]{12}|kube-bridge|podman\d+|lxcbr\d+|virbr\d+|cni-podman\d+)$/;

/** A device whose packets travel inside other packets. */
export function isOverlay(device: Interface): boolean {
  return (device.kind !== undefined && TUNNEL_KINDS.has(device.kind)) || TUNNEL_NAMES.test(device.name);
}

/** flannel's udp backend makes a TUN of this name, its vxlan backend a VXLAN device named after the VNI. */
export function isFlannelUdp(device: Interface): boolean {
  return /^flannel\d+$/.test(device.name) && (device.kind === undefined || device.kind === 'tun');
}

export function isVxlan(device: Interface): boolean {
  return device.kind === 'vxlan' || (device.kind === undefined && /^flannel\.\d+$/.test(device.name));
}

/** A bridge whose ports are containers: known by its name, or by having no port that leads to the wire. */
export function isContainerBridge(device: Interface, all: readonly Interface[]): boolean {
  if (BRIDGE_NAMES.test(device.name)) return true;
  if (device.kind !== 'bridge') return false;
  return all.filter((port) => port.master === device.name).every((port) => port.kind === 'veth' || port.kind === 'tun');
}

export function isBridge(device: Interface, all: readonly Interface[]): boolean {
  return device.kind === 'bridge' || BRIDGE_NAMES.test(device.name) || all.some((port) => port.master === device.name);
}
