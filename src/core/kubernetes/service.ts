import { type Address, formatAddress, sameAddress } from '../net/address';
import { protocolName } from '../net/protocol';
import type { ProxiedPort } from './kube-proxy';
import type { KubernetesObject } from './objects';

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
export function serviceTitle(service: Service): string {
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
  ports: ServicePort[];
}

/** Merges what the rules of all nodes and the registry say. Sorted by name, then address. */
export function mergeServices(sources: readonly RulesSource[], objects: readonly KubernetesObject[]): Service[] {
  const drafts: Draft[] = [];
  for (const source of sources) for (const port of source.ports) addProxied(drafts, source, port);
  for (const object of objects) if (object.kind === 'Service') addObject(drafts, object, objects);
  return drafts.sort((a, b) => title(a).localeCompare(title(b)));
}

function title(draft: Draft): string {
  return serviceTitle(draft);
}

function find(
  drafts: Draft[],
  namespace: string | undefined,
  name: string | undefined,
  address: Address | undefined,
): Draft {
  let draft = drafts.find(
    (candidate) =>
      (name !== undefined && candidate.name === name && candidate.namespace === namespace) ||
      ((name === undefined || candidate.name === undefined) &&
        address !== undefined &&
        candidate.addresses.some((own) => sameAddress(own, address))),
  );
  if (!draft) {
    draft = { namespace, name, addresses: [], ports: [] };
    drafts.push(draft);
  }
  draft.namespace ??= namespace;
  draft.name ??= name;
  if (address && !draft.addresses.some((own) => sameAddress(own, address))) draft.addresses.push(address);
  return draft;
}

function addProxied(drafts: Draft[], source: RulesSource, proxied: ProxiedPort): void {
  const [, namespace, name, portName = ''] = /^([^/]+)\/([^:]+):?(.*)$/.exec(proxied.name ?? '') ?? [];
  const draft = find(drafts, namespace, name, proxied.address);
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
    verified: proxied.verified,
    evidence: [evidence(proxied.line)],
    endpoints: proxied.endpoints.map((endpoint) => ({
      address: endpoint.address,
      port: endpoint.port,
      probability: endpoint.probability,
      expectedNode: undefined,
      evidence: [evidence(endpoint.line)],
    })),
  });
}

function addObject(
  drafts: Draft[],
  service: Extract<KubernetesObject, { kind: 'Service' }>,
  objects: readonly KubernetesObject[],
): void {
  const draft = find(drafts, service.namespace, service.name, service.clusterIps[0]);
  for (const address of [...service.clusterIps, ...service.externalIps])
    if (!draft.addresses.some((own) => sameAddress(own, address))) draft.addresses.push(address);
  const endpoints = objects.flatMap((object) =>
    object.kind === 'Endpoints' && object.namespace === service.namespace && object.name === service.name
      ? object.endpoints
      : [],
  );
  for (const port of service.ports)
    merge(draft, {
      ...port,
      chain: undefined,
      verified: undefined,
      evidence: [],
      endpoints: endpoints
        .filter((endpoint) => endpoint.ready && endpoint.portName === port.name && endpoint.protocol === port.protocol)
        .map((endpoint) => ({
          address: endpoint.address,
          port: endpoint.port,
          probability: undefined,
          expectedNode: endpoint.node,
          evidence: [],
        })),
    });
}

/** Adds a port, or what is new about it, to a service. */
function merge(draft: Draft, added: ServicePort): void {
  const at = draft.ports.findIndex((port) => port.port === added.port && port.protocol === added.protocol);
  const known = draft.ports[at];
  if (!known) {
    draft.ports.push(added);
    return;
  }
  const endpoints = [...known.endpoints];
  for (const endpoint of added.endpoints) {
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
  draft.ports[at] = {
    ...known,
    name: known.name || added.name,
    nodePort: known.nodePort ?? added.nodePort,
    chain: known.chain ?? added.chain,
    verified: known.verified ?? added.verified,
    evidence: [...known.evidence, ...added.evidence],
    endpoints,
  };
}

/** `80/tcp`, with its name where it has one. */
export function portTitle(port: ServicePort): string {
  const bare = `${port.port}/${protocolName(port.protocol)}`;
  return port.name === '' ? bare : `${port.name} ${bare}`;
}
