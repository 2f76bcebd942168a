import { type Address, formatAddress, sameAddress } from '../../net/address';
import { contains, formatPrefix } from '../../net/prefix';
import type { Cluster } from '../../snapshot/cluster';
import { NetworkNamespace } from '../../snapshot/namespace';
import { Stack } from './stack';

/* Namespaces that the snapshot does not hold, as they are taken to be. */

function output(
  command: string,
  stdout: string,
): { command: string; exitCode: number; stdout: string; stderr: string } {
  return { command, exitCode: 0, stdout, stderr: '' };
}

export function outsideStack(address: Address): Stack {
  const text = formatAddress(address);
  const bits = address.family === 4 ? 32 : 128;
  const inet = address.family === 4 ? 'inet' : 'inet6';
  const namespace = new NetworkNamespace('outside', {
    name: text,
    kind: 'host',
    outputs: {
      'ip-addr': output('', `1: eth0: <UP>\n    ${inet} ${text}/${bits} scope global eth0\n`),
      [address.family === 4 ? 'ip-route' : 'ip6-route']: output('', 'default dev eth0\n'),
    },
  });
  return new Stack(namespace, 'outside');
}

/** A pod whose addresses are known and whose routes are not: its own network, and everything else by way of the node. */
export function usualRoutes(cluster: Cluster, namespace: NetworkNamespace): NetworkNamespace | undefined {
  const host = cluster.node(namespace.node)?.host;
  const device = namespace.interfaces?.find((one) => !one.loopback);
  const own = device?.addresses.find((one) => one.address.family === 4);
  if (!device || !own) return undefined;
  const near = host?.interfaces
    ?.flatMap((one) => one.addresses)
    .find((address) => contains(own.network, address.address) && !sameAddress(address.address, own.address));
  const via = near ? ` via ${formatAddress(near.address)}` : '';
  const text = `default${via} dev ${device.name}\n${formatPrefix(own.network)} dev ${device.name} scope link\n`;
  return new NetworkNamespace(namespace.node, {
    ...namespace.record,
    outputs: { ...namespace.record.outputs, 'ip-route': output('', text) },
  });
}

/** A pod as every network plug-in sets one up: its address on eth0, and the way out through the node. */
export function podStack(host: Stack, device: string, address: Address): Stack {
  const text = formatAddress(address);
  const bits = address.family === 4 ? 32 : 128;
  const inet = address.family === 4 ? 'inet' : 'inet6';
  const near = host
    .device(device)
    ?.addresses.find((own) => own.address.family === address.family && contains(own.network, address));
  const length = near ? formatPrefix(near.network).split('/')[1] : String(bits);
  const routes = near
    ? `default via ${formatAddress(near.address)} dev eth0\n${formatPrefix(near.network)} dev eth0 scope link\n`
    : 'default dev eth0\n';
  const namespace = new NetworkNamespace(host.node, {
    name: text,
    kind: 'pod',
    outputs: {
      'ip-addr': output(
        '',
        `1: lo: <LOOPBACK,UP>\n    inet 127.0.0.1/8 scope host lo\n2: eth0: <UP>\n    ${inet} ${text}/${length ?? bits} scope global eth0\n`,
      ),
      [address.family === 4 ? 'ip-route' : 'ip6-route']: output('', routes),
    },
  });
  return new Stack(namespace, 'pod');
}
