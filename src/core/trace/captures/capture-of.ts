import type { CapturedPacket, ReadCapture } from '../../capture/packet';
import type { Cluster } from '../../snapshot/cluster';
import type { NetworkNamespace } from '../../snapshot/namespace';
import type { Resolved } from '../endpoint';
import type { Capture } from './laid-over';

/** Where a capture was taken, as it is asked for: `worker/default/g4:eth0`; `any` for every interface. */
export interface CapturePlace {
  readonly namespace: NetworkNamespace;
  readonly interface: string | undefined;
}

/** NODE[/NAMESPACE]:INTERFACE */
export function readCapturePlace(cluster: Cluster, text: string): Resolved<CapturePlace> {
  const [, node = '', name = 'host', device = ''] = /^([^/:]+)(?:\/([^:]+))?:(.+)$/.exec(text) ?? [];
  if (node === '') return { error: `"${text}": write NODE:INTERFACE or NODE/NAMESPACE:INTERFACE` };
  const found = cluster.node(node);
  if (!found)
    return { error: `"${node}" is no node of the snapshot. Nodes: ${cluster.nodes.map((one) => one.name).join(', ')}` };
  const namespace = found.namespaces.find((one) => one.name === name);
  if (!namespace) {
    const names = found.namespaces.map((one) => one.name).join(', ');
    return { error: `${node} has no namespace "${name}". Namespaces: ${names}` };
  }
  if (device === 'any') return { value: { namespace, interface: undefined } };
  const { interfaces } = namespace;
  if (interfaces && !namespace.interface(device)) {
    const names = interfaces.map((one) => one.name).join(', ');
    return { error: `${text}: there is no interface "${device}". Interfaces: ${names}, any` };
  }
  return { value: { namespace, interface: device } };
}

/** What was read, as a capture of this place. */
export function captureOf(
  namespace: NetworkNamespace,
  device: string | undefined,
  title: string,
  { packets, problem }: ReadCapture,
): Capture {
  const names = new Map(namespace.interfaces?.map(({ index, name }) => [index, name]));
  const named = ({ interfaceIndex: index, ...packet }: CapturedPacket): CapturedPacket => ({
    ...packet,
    interfaceIndex: index,
    interface: packet.interface ?? (index === undefined ? undefined : names.get(index)),
  });
  return {
    node: namespace.node,
    namespace: namespace.name,
    interface: device,
    title,
    packets: packets.map(named),
    problem,
  };
}
