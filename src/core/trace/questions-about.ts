import { type Address, BITS, formatAddress, formatSocket } from '../net/address';
import { contains, parsePrefix, type Prefix } from '../net/prefix';
import { protocolName } from '../net/protocol';
import type { Destination } from '../netfilter/destination';
import type { Cluster } from '../snapshot/cluster';

/** Where a trace is to go, as one asks for it. */
export interface AskedTarget {
  /** An ENDPOINT, with its port where that is known. */
  readonly to: string;
  readonly protocol?: string;
}

/** What one can ask of an address. */
export interface QuestionsAbout {
  /** A service has a target for each of its ports. */
  readonly to: readonly AskedTarget[];
  /** Undefined where no namespace has the address: nothing can be sent from there. */
  readonly from: string | undefined;
}

/** No host has them: unspecified, loopback, multicast, and what is kept for later, the broadcast address among it. */
const NO_HOSTS = ['0.0.0.0/8', '127.0.0.0/8', '224.0.0.0/3', '::/127', 'ff00::/8'].flatMap((text): readonly Prefix[] =>
  [parsePrefix(text)].filter((prefix) => prefix !== undefined),
);

/**
 * @param length what stands behind the address after a slash: of a prefix only an address that somebody has is a host
 */
export function questionsAbout(cluster: Cluster, address: Address, length?: number): QuestionsAbout | undefined {
  const held = cluster.holders(address).length > 0;
  const isNetwork = length !== undefined && length < BITS[address.family] && !held;
  if (isNetwork || NO_HOSTS.some((prefix) => contains(prefix, address))) return undefined;
  const service = cluster.serviceAt(address);
  const known = service ? undefined : cluster.endpointAt(address);
  const to = service
    ? service.ports.map(({ port, protocol }) => targetAt({ address, port, protocol }))
    : [targetAt({ address, port: known?.endpoint.port, protocol: known?.port.protocol })];
  return { to, from: held ? formatAddress(address) : undefined };
}

/** The target of what is sent to a destination. */
export function targetAt({ address, port, protocol }: Destination): AskedTarget {
  return {
    to: port === undefined ? formatAddress(address) : formatSocket(address, port),
    ...(protocol !== undefined && { protocol: protocolName(protocol) }),
  };
}
