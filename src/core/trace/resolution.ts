import { libraryWords } from '../dns/libraries';
import { candidates } from '../dns/resolv-conf';
import { isClusterDns, MOST_SERVERS, type Resolution } from '../dns/resolve';
import { type Address, formatAddress, formatSocket } from '../net/address';
import type { Cluster } from '../snapshot/cluster';
import type { NetworkNamespace } from '../snapshot/namespace';
import type { NameResolution, NameServer, TraceResult } from './result';

const DNS_PORT = 53;

/**
 * How a name became an address, as part of a trace. `traceTo` traces a question to a name server: an ENDPOINT with its
 * port.
 */
export function resolutionOf(
  cluster: Cluster,
  namespace: NetworkNamespace | undefined,
  name: string,
  resolution: Resolution,
  traceTo: (to: string) => TraceResult | undefined,
): NameResolution {
  const { conf, fullName, address, collected, inVain } = resolution;
  const servers = conf.nameservers.slice(0, MOST_SERVERS).map((server) => serverOf(cluster, server, traceTo));
  const asked = servers.map((server) => ({ ...server, answers: answersOf(server) }));
  const isFound = candidates(name, conf, 'musl').includes(fullName);
  return {
    name,
    address: formatAddress(address),
    source:
      namespace && collected
        ? {
            node: namespace.node,
            namespace: namespace.name,
            output: 'resolv-conf',
            line: conf.nameservers[0]?.line ?? 1,
          }
        : null,
    search: conf.search,
    ndots: conf.ndots,
    asked: [
      ...inVain.map((one) => ({ name: one, address: null })),
      { name: fullName, address: formatAddress(address) },
    ],
    servers,
    libraries: { glibc: libraryWords('glibc', asked, true), musl: libraryWords('musl', asked, isFound) },
  };
}

function serverOf(
  cluster: Cluster,
  { address, line }: { readonly address: Address; readonly line: number },
  traceTo: (to: string) => TraceResult | undefined,
): NameServer {
  return {
    address: formatAddress(address),
    line,
    cluster: isClusterDns(cluster, address),
    trace: traceTo(formatSocket(address, DNS_PORT)) ?? null,
  };
}

/** Undefined where it depends, or cannot be told. */
function answersOf({ trace }: NameServer): boolean | undefined {
  const verdicts = new Set(trace?.outcomes.map(({ verdict }) => verdict));
  if (verdicts.size === 0 || verdicts.has('undetermined')) return undefined;
  if (!verdicts.has('connected')) return false;
  return verdicts.size === 1 ? true : undefined;
}
