import { type Address, formatAddress } from '../net/address';
import type { Service } from '../kubernetes/service';
import type { Cluster } from '../snapshot/cluster';
import type { NetworkNamespace } from '../snapshot/namespace';
import { candidates, readResolvConf, type ResolvConf } from './resolv-conf';

/** How many name servers of a resolv.conf are asked (MAXNS of glibc and of musl). */
export const MOST_SERVERS = 3;

/** How a name became an address, where it did. */
export interface Resolution {
  readonly address: Address;
  /** The name that was asked for in full. */
  readonly fullName: string;
  /** The name server that knows it; undefined where resolv.conf was not collected. */
  readonly server: Address | undefined;
  /** A name server that is not the cluster's, with its line in resolv.conf, and where it stands to the cluster's own. */
  readonly foreign:
    { readonly address: Address; readonly line: number; readonly place: 'before' | 'after' | 'alone' } | undefined;
  /** What it was looked up with; where it was not collected, what kubelet gives a pod. */
  readonly conf: ResolvConf;
  readonly collected: boolean;
  /** The full names that were asked for before, and are not of the cluster. */
  readonly inVain: readonly string[];
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
  const names = candidates(name, conf);
  for (const [at, fullName] of names.entries()) {
    const service = cluster.services.find((one) => isNamed(one, fullName));
    const address = service?.addresses[0];
    if (!address) continue;
    const asked = conf.nameservers.slice(0, MOST_SERVERS);
    const server = asked.find((entry) => isClusterDns(cluster, entry.address));
    const foreign = asked.find((entry) => !isClusterDns(cluster, entry.address));
    const place = !server ? 'alone' : foreign && foreign.line < server.line ? 'before' : 'after';
    return {
      address,
      fullName,
      server: server?.address,
      foreign: foreign && { ...foreign, place },
      conf,
      collected: own !== undefined,
      inVain: names.slice(0, at),
    };
  }
  return undefined;
}

/** `g4.default.svc.cluster.local`, under whatever domain the cluster has. */
function isNamed(service: Service, fullName: string): boolean {
  const [name, namespace, kind] = fullName.split('.');
  return kind === 'svc' && service.name === name && (service.namespace ?? 'default') === namespace;
}

/** A service on port 53 is the cluster's name server. */
export function isClusterDns(cluster: Cluster, address: Address): boolean {
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
  return {
    message,
    warning: foreign && `name server ${formatAddress(foreign.address)} in resolv.conf ${RISKS[foreign.place]}`,
  };
}

/** What a name server that does not know the cluster's names may do, by where it stands. */
const RISKS = {
  before:
    "stands before the cluster's: glibc asks it first, and believes it when it says that there is no such name; musl (Alpine) asks all at once and takes the first answer",
  after:
    "is not the cluster's: glibc asks it only when those before it do not answer, musl (Alpine) asks all at once and takes the first answer, so a wrong one can win",
  alone: "is not the cluster's, and there is no other: whether it knows the names of services is not known",
} as const;
