import { type Address, addressKey, formatAddress, sameAddress } from '../net/address';
import { protocolName } from '../net/protocol';
import { lazy } from '../text/lazy';
import { drained } from '../text/stepwise';
import type { ProxiedPort } from './kube-proxy';
import type { EndpointObject, KubernetesObject } from './objects';

/** A line of an output that something was learnt from. */
export interface Evidence {
  readonly node: string;
  readonly namespace: string;
  readonly output: string;
  readonly line: number;
}

/** A service address with its ports, put together from every source there is. */
export interface Service {
  /** Undefined where neither comments nor the registry name it. */
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly addresses: readonly Address[];
  readonly ports: readonly ServicePort[];
}

export interface ServicePort {
  readonly name: string;
  readonly protocol: number;
  readonly port: number;
  readonly nodePort: number | undefined;
  readonly endpoints: readonly Endpoint[];
  /** The chain of kube-proxy's rules, and whether its name is the hash it should be. */
  readonly chain: string | undefined;
  readonly verified: boolean | undefined;
  readonly evidence: readonly Evidence[];
}

export interface Endpoint {
  readonly address: Address;
  readonly port: number;
  /** Share of new connections; undefined where only the registry names the endpoint. */
  readonly probability: number | undefined;
  /** The node that the registry says it is on. */
  readonly expectedNode: string | undefined;
  readonly evidence: readonly Evidence[];
}

/** `namespace/name`, or its address. */
export function serviceTitle(service: Pick<Service, 'namespace' | 'name' | 'addresses'>): string {
  if (service.name !== undefined) return `${service.namespace ?? 'default'}/${service.name}`;
  return service.addresses.map(formatAddress).join(', ');
}

/** What one node's rules say of a service port. */
export interface RulesSource {
  readonly node: string;
  readonly namespace: string;
  readonly output: string;
  readonly ports: readonly ProxiedPort[];
}

interface Draft {
  namespace: string | undefined;
  name: string | undefined;
  addresses: Address[];
  ports: PortDraft[];
}

/** What one source says of a port. Endpoints are read when they are first asked for. */
interface PortDraft {
  readonly name: string;
  readonly protocol: number;
  readonly port: number;
  readonly nodePort: number | undefined;
  readonly chain: string | undefined;
  readonly verified: () => boolean | undefined;
  readonly endpoints: () => readonly Endpoint[];
  readonly evidence: readonly Evidence[];
}

/** Services in the making, found by name or by address. */
class Drafts {
  readonly all: Draft[] = [];
  private readonly byName = new Map<string, Draft>();
  private readonly byAddress = new Map<string, Draft>();

  /** The draft of a service, made where there is none. One without a name is known by its address. */
  get(namespace: string | undefined, name: string | undefined, address: Address | undefined): Draft {
    const key = name === undefined ? undefined : `${namespace ?? ''}/${name}`;
    let draft = key === undefined ? undefined : this.byName.get(key);
    if (!draft && address) {
      const there = this.byAddress.get(addressKey(address));
      if (there && (name === undefined || there.name === undefined)) draft = there;
    }
    if (!draft) {
      draft = { namespace, name, addresses: [], ports: [] };
      this.all.push(draft);
    }
    draft.namespace ??= namespace;
    draft.name ??= name;
    if (key !== undefined) this.byName.set(key, draft);
    if (address) this.addAddress(draft, address);
    return draft;
  }

  addAddress(draft: Draft, address: Address): void {
    if (draft.addresses.some((own) => sameAddress(own, address))) return;
    draft.addresses.push(address);
    const key = addressKey(address);
    if (!this.byAddress.has(key)) this.byAddress.set(key, draft);
  }
}

/** Merges what the rules of all nodes and the registry say. Sorted by name, then address. */
export function mergeServices(sources: readonly RulesSource[], objects: readonly KubernetesObject[]): Service[] {
  return drained(mergeServicesInSteps(sources, objects));
}

/** Ports between two pauses. */
const PIECE = 500;

/** The same, a piece at a time. */
export function* mergeServicesInSteps(
  sources: readonly RulesSource[],
  objects: readonly KubernetesObject[],
): Generator<void, Service[]> {
  const drafts = new Drafts();
  for (const source of sources)
    for (const [at, port] of source.ports.entries()) {
      if (at % PIECE === 0) yield;
      addProxied(drafts, source, port);
    }
  const endpoints = new Map<string, EndpointObject[]>();
  for (const object of objects)
    if (object.kind === 'Endpoints') {
      const key = `${object.namespace}/${object.name}`;
      endpoints.set(key, [...(endpoints.get(key) ?? []), ...object.endpoints]);
    }
  for (const object of objects)
    if (object.kind === 'Service') addObject(drafts, object, endpoints.get(`${object.namespace}/${object.name}`) ?? []);
  return drafts.all
    .map((draft) => ({ title: serviceTitle(draft), draft }))
    .sort((a, b) => (a.title < b.title ? -1 : a.title > b.title ? 1 : 0))
    .map(({ draft: { namespace, name, addresses, ports } }) => ({
      namespace,
      name,
      addresses,
      ports: ports.map((port) => new MergedPort(port)),
    }));
}

class MergedPort implements ServicePort {
  readonly name: string;
  readonly protocol: number;
  readonly port: number;
  readonly nodePort: number | undefined;
  readonly chain: string | undefined;
  readonly evidence: readonly Evidence[];
  readonly #draft: PortDraft;

  constructor(draft: PortDraft) {
    this.name = draft.name;
    this.protocol = draft.protocol;
    this.port = draft.port;
    this.nodePort = draft.nodePort;
    this.chain = draft.chain;
    this.evidence = draft.evidence;
    this.#draft = draft;
  }

  get verified(): boolean | undefined {
    return this.#draft.verified();
  }

  get endpoints(): readonly Endpoint[] {
    return this.#draft.endpoints();
  }
}

function addProxied(drafts: Drafts, source: RulesSource, proxied: ProxiedPort): void {
  const [, namespace, name, portName = ''] = /^([^/]+)\/([^:]+):?(.*)$/.exec(proxied.name ?? '') ?? [];
  const draft = drafts.get(namespace, name, proxied.address);
  const evidence = (line: number): Evidence => ({
    node: source.node,
    namespace: source.namespace,
    output: source.output,
    line,
  });
  merge(draft, {
    name: portName,
    protocol: proxied.protocol,
    port: proxied.port,
    nodePort: proxied.nodePort,
    chain: proxied.chain,
    verified: () => proxied.verified(),
    evidence: [evidence(proxied.line)],
    endpoints: lazy(() =>
      proxied.endpoints().map((endpoint) => ({
        address: endpoint.address,
        port: endpoint.port,
        probability: endpoint.probability,
        expectedNode: undefined,
        evidence: [evidence(endpoint.line)],
      })),
    ),
  });
}

function addObject(
  drafts: Drafts,
  service: Extract<KubernetesObject, { kind: 'Service' }>,
  endpoints: readonly EndpointObject[],
): void {
  const draft = drafts.get(service.namespace, service.name, service.clusterIps[0]);
  for (const address of [...service.clusterIps, ...service.externalIps]) drafts.addAddress(draft, address);
  for (const port of service.ports)
    merge(draft, {
      ...port,
      chain: undefined,
      verified: () => undefined,
      evidence: [],
      endpoints: lazy(() =>
        endpoints
          .filter(
            (endpoint) => endpoint.ready && endpoint.portName === port.name && endpoint.protocol === port.protocol,
          )
          .map((endpoint) => ({
            address: endpoint.address,
            port: endpoint.port,
            probability: undefined,
            expectedNode: endpoint.node,
            evidence: [],
          })),
      ),
    });
}

/** Adds a port, or what is new about it, to a service. */
function merge(draft: Draft, added: PortDraft): void {
  const at = draft.ports.findIndex((port) => port.port === added.port && port.protocol === added.protocol);
  const known = draft.ports[at];
  if (!known) {
    draft.ports.push(added);
    return;
  }
  draft.ports[at] = {
    ...known,
    name: known.name || added.name,
    nodePort: known.nodePort ?? added.nodePort,
    chain: known.chain ?? added.chain,
    verified: () => known.verified() ?? added.verified(),
    evidence: [...known.evidence, ...added.evidence],
    endpoints: lazy(() => mergeEndpoints(known.endpoints(), added.endpoints())),
  };
}

function mergeEndpoints(known: readonly Endpoint[], added: readonly Endpoint[]): Endpoint[] {
  const endpoints = [...known];
  for (const endpoint of added) {
    const same = endpoints.findIndex(
      (other) => sameAddress(other.address, endpoint.address) && other.port === endpoint.port,
    );
    const other = endpoints[same];
    if (!other) endpoints.push(endpoint);
    else
      endpoints[same] = {
        ...other,
        probability: other.probability ?? endpoint.probability,
        expectedNode: other.expectedNode ?? endpoint.expectedNode,
        evidence: [...other.evidence, ...endpoint.evidence],
      };
  }
  return endpoints;
}

/** `80/tcp`, with its name where it has one. */
export function portTitle(port: ServicePort): string {
  const bare = `${port.port}/${protocolName(port.protocol)}`;
  return port.name === '' ? bare : `${port.name} ${bare}`;
}
