import { formatAddress } from '../net/address';
import { prefixLength } from '../net/prefix';
import { isContainerBridge, isOverlay } from '../overlay/device';
import type { Interface } from '../routing/interface';
import type { NetworkNamespace } from '../snapshot/namespace';
import { unread, type OutlineItem, plural } from './item';

export function interfacesItem(namespace: NetworkNamespace): OutlineItem {
  const { interfaces } = namespace;
  if (!interfaces) return unread(namespace, 'Interfaces', 'ip addr', ['ip-addr', 'ip-link']);
  return {
    id: 'interfaces',
    label: 'Interfaces',
    description: plural(interfaces.length, 'interface'),
    icon: 'plug',
    children: () => interfaces.map((device) => interfaceItem(namespace, device, interfaces)),
  };
}

function interfaceItem(namespace: NetworkNamespace, device: Interface, all: readonly Interface[]): OutlineItem {
  const output = namespace.output('ip-addr') ? 'ip-addr' : 'ip-link';
  const addresses = device.addresses.map((own) => `${formatAddress(own.address)}/${prefixLength(own.network) ?? ''}`);
  const kind = kindWords(device, all);
  const notes = [
    kind,
    device.master === undefined ? undefined : `port of ${device.master}`,
    device.up === false ? 'down' : undefined,
  ];
  const source = { node: namespace.node, namespace: namespace.name, output };
  return {
    id: device.name,
    label: device.name,
    description: [...addresses.slice(0, 2), ...notes].filter((note) => note !== undefined).join(' · '),
    tooltip: [
      device.name,
      ...notes.filter((note) => note !== undefined),
      device.mtu === undefined ? undefined : `MTU ${device.mtu}`,
      device.mac === undefined ? undefined : `MAC ${device.mac}`,
      ...addresses,
    ]
      .filter((note) => note !== undefined)
      .join('\n'),
    icon: isOverlay(device)
      ? 'arrow-swap'
      : isContainerBridge(device, all)
        ? 'type-hierarchy-sub'
        : device.loopback
          ? 'sync'
          : 'plug',
    source: { ...source, line: device.line },
    copy: addresses[0] ?? device.name,
    ...(device.addresses.length > 0 && {
      children: () =>
        device.addresses.map((own, at) => ({
          id: formatAddress(own.address),
          label: addresses[at] ?? '',
          description: `scope ${own.scope}${own.secondary ? ' · secondary' : ''}`,
          icon: 'symbol-numeric',
          source: { ...source, line: own.line },
          copy: formatAddress(own.address),
          traceTo: formatAddress(own.address),
          traceFrom: formatAddress(own.address),
        })),
    }),
  };
}

function kindWords(device: Interface, all: readonly Interface[]): string | undefined {
  if (device.vxlan) return `VXLAN ${device.vxlan.id ?? ''}`.trim();
  if (isOverlay(device)) return `${device.kind ?? ''} tunnel`.trim();
  if (isContainerBridge(device, all)) return 'bridge for containers';
  return device.kind;
}
