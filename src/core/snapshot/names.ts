import { type Address, formatAddress, sameAddress } from '../net/address';
import { contains } from '../net/prefix';
import type { Names } from '../netfilter/match';
import { isContainerBridge, isOverlay } from '../overlay/device';
import { serviceTitle } from '../kubernetes/service';
import type { Cluster } from './cluster';

/** The three layers of addresses in a cluster, and what is outside of it. */
export type Layer = 'service' | 'container' | 'node' | 'overlay' | 'outside';

export interface AddressName {
  readonly layer: Layer;
  /** `service default/g4`, `container default/g4 on master`, `node worker (eth0)`. */
  readonly words: string;
}

/** Who an address belongs to. */
export function nameAddress(cluster: Cluster, address: Address): AddressName | undefined {
  const service = cluster.serviceAt(address);
  if (service) return { layer: 'service', words: `service ${serviceTitle(service)}` };
  const holder = cluster.holders(address)[0];
  if (holder && holder.namespace.kind !== 'host')
    return { layer: 'container', words: `${holder.namespace.kind} ${holder.namespace.name} on ${holder.node.name}` };
  if (holder) {
    const { device, node, namespace } = holder;
    const layer = isOverlay(device)
      ? 'overlay'
      : isContainerBridge(device, namespace.interfaces ?? [])
        ? 'container'
        : 'node';
    return { layer, words: `${layer === 'node' ? 'node ' : ''}${node.name} (${device.name})` };
  }
  const pod = cluster.objects.find(
    (object) => object.kind === 'Pod' && object.addresses.some((own) => sameAddress(own, address)),
  );
  const owner = cluster.subnetOwner(address);
  const where = owner ? ` on ${owner.node.name}` : '';
  if (pod?.kind === 'Pod') return { layer: 'container', words: `pod ${pod.namespace}/${pod.name}${where}` };
  const endpoint = cluster.endpointAt(address);
  if (endpoint) return { layer: 'container', words: `container of ${serviceTitle(endpoint.service)}${where}` };
  if (owner) return { layer: 'container', words: `container address${where}` };
  const network = cluster.flannel.config?.network;
  if (network && contains(network, address)) return { layer: 'container', words: 'container address of the overlay' };
  const object = cluster.objects.find(
    (one) => one.kind === 'Node' && one.addresses.some((own) => sameAddress(own, address)),
  );
  return object ? { layer: 'node', words: `node ${object.name}` } : undefined;
}

/** Addresses with their owners, for the words that tell what a rule does. */
export function clusterNames(cluster: Cluster): Names {
  return {
    address: (address) => {
      const name = nameAddress(cluster, address);
      return name ? `${formatAddress(address)} (${name.words})` : formatAddress(address);
    },
  };
}

/** Where nothing is known but the rules. */
export const PLAIN_NAMES: Names = { address: formatAddress };
