import { type Address, formatAddress, sameAddress } from '../net/address';
import type { Service } from '../kubernetes/service';
import type { Cluster } from '../snapshot/cluster';
import type { NetworkNamespace } from '../snapshot/namespace';
import { candidates, readResolvConf, type ResolvConf } from './resolv-conf';

/** How a name became an address, where it did. */
export interface Resolution {
  readonly address: Address;
  /** The name that was asked for in full. */
  readonly fullName: string;
  /** The name server that knows it; undefined where resolv.conf was not collected. */
  readonly server: Address | undefined;
  /** A name server after or beside the cluster's own, with its line in resolv.conf. */
  readonly foreign: { readonly address: Address; readonly line: number } | undefined;
}

/** Resolves a name as the C library of a namespace would, from what the cluster knows of its own services. */
export function resolveName(
  cluster: Cluster,
  namespace: NetworkNamespace | undefined,
  name: string,
): Resolution | undefined {
  const output = namespace?.output('resolv-conf');
  const own = output ? readResolvConf(output.stdout) : undefined;
  const conf: ResolvConf = own ?? {
    nameservers: [],
    search: ['default.svc.cluster.local', 'svc.cluster.local', 'cluster.local'],
    ndots: 1,
  };
  for (const fullName of candidates(name, conf)) {
    const service = cluster.services.find((one) => isNamed(one, fullName));
    const address = service?.addresses[0];
    if (!address) continue;
    const server = conf.nameservers.find((entry) => isClusterDns(cluster, entry.address));
    const foreign = conf.nameservers.find((entry) => !isClusterDns(cluster, entry.address));
    return { address, fullName, server: server?.address, foreign: server ? foreign : undefined };
  }
  return undefined;
}

/** `g4.default.svc.cluster.local`, under whatever domain the cluster has. */
function isNamed(service: Service, fullName: string): boolean {
  const [name, namespace, kind] = fullName.split('.');
  return kind === 'svc' && service.name === name && (service.namespace ?? 'default') === namespace;
}

/** A service on port 53 is the cluster's name server. */
function isClusterDns(cluster: Cluster, address: Address): boolean {
  return cluster.serviceAt(address)?.ports.some((port) => port.port === 53) === true;
}

/** What to know about a resolution, in words: how it came about, and what may spoil it. */
export function resolutionNotes(
  name: string,
  resolution: Resolution,
): { message: string; warning: string | undefined } {
  const { address, fullName, server, foreign } = resolution;
  const asked = server ? `, known to ${formatAddress(server)}` : '';
  const message = `${name} is ${formatAddress(address)}: found as ${fullName}${asked}`;
  if (!foreign || sameAddress(foreign.address, server)) return { message, warning: undefined };
  const other = formatAddress(foreign.address);
  const warning =
    `name server ${other} in resolv.conf is not the cluster's: glibc asks it only when ${server ? formatAddress(server) : 'the first'} ` +
    'does not answer, musl (Alpine) asks all at once and takes the first answer, so a wrong one can win';
  return { message, warning };
}
