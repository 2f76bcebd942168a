import { type Address, type Family, formatAddress, parseAddress } from '../net/address';
import { ICMP, ICMPV6, parsePort, parseProtocol, protocolName, TCP } from '../net/protocol';
import { serviceTitle } from '../kubernetes/service';
import type { Cluster } from '../snapshot/cluster';
import type { NetworkNamespace } from '../snapshot/namespace';

/** What a trace is asked: ENDPOINTs as the command line takes them. */
export interface Question {
  readonly from: string;
  readonly to: string;
  /** Default TCP. */
  readonly protocol?: string;
  readonly sourcePort?: number;
}

/** A host outside the snapshot that a trace starts from. */
export interface OutsideHost {
  readonly address: Address;
  readonly node: string;
  readonly device: string;
}

/** Where a packet starts. */
export type Origin =
  | { readonly kind: 'namespace'; readonly namespace: NetworkNamespace; readonly source: Address | undefined }
  | { readonly kind: 'outside'; readonly host: OutsideHost };

/** Where a packet is to go. */
export interface Target {
  readonly address: Address;
  readonly port: number | undefined;
  /** A name that was resolved to the address. */
  readonly name: string | undefined;
}

export type Resolved<T> = { readonly value: T } | { readonly error: string };

export function parseTraceProtocol(text: string | undefined, family: Family): Resolved<number> {
  const protocol = text === undefined ? TCP : parseProtocol(text);
  if (protocol === ICMP || protocol === ICMPV6) return { value: family === 4 ? ICMP : ICMPV6 };
  if (protocol === undefined || protocol === 0) return { error: `"${text ?? ''}" is not a protocol: tcp, udp or icmp` };
  return { value: protocol };
}

function fail(error: string): { error: string } {
  return { error };
}

/** `worker`, `worker/default/g4`, `pod:default/g4`, an address, `outside:1.2.3.4@worker:eth0`. */
export function resolveOrigin(cluster: Cluster, text: string): Resolved<Origin> {
  if (text.startsWith('outside:')) return outsideHost(cluster, text);
  const named = namedNamespace(cluster, text);
  if (named)
    return 'error' in named ? named : { value: { kind: 'namespace', namespace: named.value, source: undefined } };
  const address = parseAddress(text.replace(/^\[(.*)\]$/, '$1'));
  if (address) {
    const holder = cluster.holders(address)[0];
    if (!holder)
      return fail(`no namespace of the snapshot has ${text}; for a host outside write outside:${text}@NODE:INTERFACE`);
    return { value: { kind: 'namespace', namespace: holder.namespace, source: address } };
  }
  return fail(
    `"${text}" is neither a node, NODE/NAMESPACE, pod:NAMESPACE/NAME nor an address. Nodes: ${nodeNames(cluster)}`,
  );
}

function outsideHost(cluster: Cluster, text: string): Resolved<Origin> {
  const [, host = '', node = '', device = ''] = /^outside:(.+)@([^:@]+):([^:@]+)$/.exec(text) ?? [];
  const address = parseAddress(host.replace(/^\[(.*)\]$/, '$1'));
  if (!address) return fail(`"${text}" is not outside:ADDRESS@NODE:INTERFACE`);
  const namespace = cluster.node(node)?.host;
  if (!namespace) return fail(`there is no node "${node}". Nodes: ${nodeNames(cluster)}`);
  if (namespace.interfaces && !namespace.interface(device))
    return fail(
      `${node} has no interface "${device}". It has: ${namespace.interfaces.map((one) => one.name).join(', ')}`,
    );
  return { value: { kind: 'outside', host: { address, node, device } } };
}

/** A node's host namespace, or one of its others; undefined where the text is of another form. */
function namedNamespace(cluster: Cluster, text: string): Resolved<NetworkNamespace> | undefined {
  if (text.startsWith('pod:')) return podNamespace(cluster, text.slice(4));
  const slash = text.indexOf('/');
  const node = cluster.node(slash < 0 ? text : text.slice(0, slash));
  if (!node) return undefined;
  if (slash < 0)
    return node.host ? { value: node.host } : fail(`node ${node.name} has no host namespace in the snapshot`);
  const name = text.slice(slash + 1);
  const namespace = node.namespaces.find((candidate) => candidate.name === name);
  if (namespace) return { value: namespace };
  return fail(
    `node ${node.name} has no namespace "${name}". It has: ${node.namespaces.map((one) => one.name).join(', ')}`,
  );
}

function podNamespace(cluster: Cluster, name: string): Resolved<NetworkNamespace> {
  const spelled = name.includes('/') ? name : `default/${name}`;
  const namespace = cluster.namespaces.find((candidate) => candidate.kind !== 'host' && candidate.name === spelled);
  if (namespace) return { value: namespace };
  const object = cluster.objects.find((one) => one.kind === 'Pod' && `${one.namespace}/${one.name}` === spelled);
  const address = object?.kind === 'Pod' ? object.addresses[0] : undefined;
  const holder = address && cluster.holders(address)[0];
  if (holder) return { value: holder.namespace };
  if (address)
    return fail(
      `the namespace of pod ${spelled} (${formatAddress(address)}) was not collected; trace from its node or to its address`,
    );
  return fail(`there is no pod "${spelled}" in the snapshot`);
}

/** Separates `ENDPOINT[:PORT]`: `svc:ns/name:80`, `10.0.0.1:80`, `[fd00::1]:80`, `worker:22`. */
export function splitPort(text: string): { host: string; port: string | undefined } {
  const bracketed = /^\[([^\]]+)\](?::(.+))?$/.exec(text);
  if (bracketed) return { host: bracketed[1] ?? '', port: bracketed[2] };
  if (parseAddress(text)) return { host: text, port: undefined };
  const [prefix = '', rest] = /^(svc:|pod:)(.*)$/.exec(text)?.slice(1) ?? ['', text];
  const colon = (rest ?? '').lastIndexOf(':');
  if (colon < 0) return { host: text, port: undefined };
  return { host: prefix + (rest ?? '').slice(0, colon), port: (rest ?? '').slice(colon + 1) };
}

export type ResolveName = (name: string) => Resolved<Address> | undefined;

/** Where a packet is to go; `resolveName` answers for DNS names as the origin would see them. */
export function resolveTarget(cluster: Cluster, text: string, resolveName: ResolveName): Resolved<Target> {
  const { host, port: portText } = splitPort(text);
  const service = host.startsWith('svc:')
    ? cluster.services.find((one) => matchesService(serviceTitle(one), host.slice(4)))
    : undefined;
  if (host.startsWith('svc:') && !service) {
    const known = cluster.services.map(serviceTitle).join(', ');
    return fail(`there is no service "${host.slice(4)}" in the snapshot. Services: ${known || 'none'}`);
  }
  const named =
    portText === undefined
      ? undefined
      : (service?.ports.find((one) => one.name === portText)?.port ?? parsePort(portText));
  if (portText !== undefined && named === undefined) return fail(`"${portText}" is not a port`);
  const port = named ?? (service?.ports.length === 1 ? service.ports[0]?.port : undefined);
  if (service) {
    const address = service.addresses[0];
    return address ? { value: { address, port, name: host } } : fail(`service ${serviceTitle(service)} has no address`);
  }
  const address = parseAddress(host);
  if (address) return { value: { address, port, name: undefined } };
  const namespace = namedNamespace(cluster, host);
  if (namespace) {
    if ('error' in namespace) {
      const pod = podAddress(cluster, host);
      return pod ? { value: { address: pod, port, name: host } } : namespace;
    }
    const own = mainAddress(namespace.value);
    return own ? { value: { address: own, port, name: host } } : fail(`the addresses of ${host} were not collected`);
  }
  const resolved = resolveName(host);
  if (!resolved)
    return fail(`"${host}" is neither a node, an address, svc:, pod: nor a name that the cluster resolves`);
  return 'error' in resolved ? resolved : { value: { address: resolved.value, port, name: host } };
}

function matchesService(title: string, name: string): boolean {
  return title === (name.includes('/') ? name : `default/${name}`);
}

function podAddress(cluster: Cluster, host: string): Address | undefined {
  if (!host.startsWith('pod:')) return undefined;
  const name = host.slice(4).includes('/') ? host.slice(4) : `default/${host.slice(4)}`;
  const object = cluster.objects.find((one) => one.kind === 'Pod' && `${one.namespace}/${one.name}` === name);
  return object?.kind === 'Pod' ? object.addresses[0] : undefined;
}

/** The address by which others reach a namespace: of its default route's interface, else its first global one. */
export function mainAddress(namespace: NetworkNamespace): Address | undefined {
  const everywhere = { family: 4 as const, value: 0n, mask: 0n };
  const device = namespace.fib(4)?.routesInto(everywhere)[0]?.nextHops[0]?.device;
  const own = (device === undefined ? undefined : namespace.interface(device))?.addresses.find(
    (candidate) => candidate.scope === 'global' && candidate.address.family === 4,
  );
  const any = namespace.interfaces
    ?.filter((one) => !one.loopback)
    .flatMap((one) => one.addresses)
    .find((candidate) => candidate.scope === 'global');
  return (own ?? any)?.address;
}

function nodeNames(cluster: Cluster): string {
  return cluster.nodes.map((node) => node.name).join(', ') || 'none';
}

/** How an origin is written. */
export function originTitle(origin: Origin): string {
  if (origin.kind === 'outside')
    return `${formatAddress(origin.host.address)} (outside, at ${origin.host.node} ${origin.host.device})`;
  const { namespace } = origin;
  return namespace.kind === 'host' ? namespace.node : `${namespace.node}/${namespace.name}`;
}

/** The name of what a packet goes to, where it has one. */
export function shortName(cluster: Cluster, target: Target): string | null {
  const service = cluster.serviceAt(target.address);
  return target.name?.replace(/^(svc|pod):/, '') ?? (service?.name === undefined ? null : serviceTitle(service));
}

/** `default/g4 (10.0.0.103) port 80/tcp` */
export function targetTitle(cluster: Cluster, target: Target, protocol: number): string {
  const address = formatAddress(target.address);
  const name = shortName(cluster, target);
  const where = name === null ? address : `${name} (${address})`;
  return target.port === undefined
    ? `${where}, ${protocolName(protocol)}`
    : `${where} port ${target.port}/${protocolName(protocol)}`;
}
