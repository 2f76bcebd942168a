import { type Address, addressKey, sameAddress } from '../net/address';
import { contains, type Prefix } from '../net/prefix';
import {
  type FlannelConfig,
  type FlannelState,
  leaseOfNode,
  type Lease,
  readFlannelEtcd,
  readSubnetEnv,
  type SubnetEnv,
} from '../overlay/flannel';
import { isContainerBridge, isOverlay } from '../overlay/device';
import { proxiedPortsInSteps, refusedPorts } from '../kubernetes/kube-proxy';
import { readKubectl } from '../kubernetes/kubectl';
import type { KubernetesObject } from '../kubernetes/objects';
import { readRegistry } from '../kubernetes/registry';
import {
  type Endpoint,
  mergeServicesInSteps,
  type RulesSource,
  type Service,
  type ServicePort,
} from '../kubernetes/service';
import type { Interface } from '../routing/interface';
import { isObject, type JsonObject, stringOf } from '../text/json';
import type { NamespaceRecord, Snapshot } from './format';
import { lazy } from '../text/lazy';
import { stepwise } from '../text/stepwise';
import { NetworkNamespace } from './namespace';

/** What was read of a record is read once: clusters that differ in others share it. */
const READ = new WeakMap<NamespaceRecord, NetworkNamespace>();

function namespaceOf(node: string, record: NamespaceRecord, before: ClusterNode | undefined): NetworkNamespace {
  const known = READ.get(record);
  if (known?.node === node) return known;
  const same = before?.namespaces.find(({ name }) => name === record.name);
  const namespace = new NetworkNamespace(node, record, same);
  READ.set(record, namespace);
  return namespace;
}

/** A node: its host namespace, and those of its pods and containers. */
export class ClusterNode {
  readonly name: string;
  readonly namespaces: readonly NetworkNamespace[];

  constructor(record: Snapshot['nodes'][number], before: ClusterNode | undefined) {
    this.name = record.name;
    this.namespaces = record.namespaces.map((namespace) => namespaceOf(record.name, namespace, before));
  }

  get host(): NetworkNamespace | undefined {
    return this.namespaces.find((namespace) => namespace.kind === 'host');
  }

  private readonly readEnv = lazy((): SubnetEnv | undefined => {
    const output = this.host?.output('flannel-subnet-env');
    return output && readSubnetEnv(output.stdout);
  });

  get subnetEnv(): SubnetEnv | undefined {
    return this.readEnv();
  }
}

/** A namespace that holds an address, and the interface that has it. */
export interface Holder {
  readonly node: ClusterNode;
  readonly namespace: NetworkNamespace;
  readonly device: Interface;
}

/** An endpoint, with the service port that it is one of. */
export interface ServiceEndpoint {
  readonly service: Service;
  readonly port: ServicePort;
  readonly endpoint: Endpoint;
}

/** Which node a pod subnet belongs to, and how that is known. */
export interface SubnetOwner {
  readonly node: ClusterNode;
  readonly subnet: Prefix;
  readonly by: 'lease' | 'podCIDR' | 'subnet.env' | 'bridge';
}

/** A snapshot, understood: nodes, who owns which address, services. Parts are read when first asked for. */
export class Cluster {
  readonly nodes: readonly ClusterNode[];

  /** @param before the cluster that this one differs from in little: what both have is not read again */
  constructor(
    readonly snapshot: Snapshot,
    before?: Cluster,
  ) {
    this.nodes = snapshot.nodes.map((record) => new ClusterNode(record, before?.node(record.name)));
  }

  get name(): string {
    return this.snapshot.cluster;
  }

  /** Where the snapshot's author believes services to run: `"expectations": [{ "service", "node" }]`. */
  get expectations(): readonly { service: string; node: string }[] {
    const listed = (this.snapshot as unknown as JsonObject)['expectations'];
    return (Array.isArray(listed) ? listed.filter(isObject) : []).flatMap((one) => {
      const service = stringOf(one, 'service');
      const node = stringOf(one, 'node');
      return service !== undefined && node !== undefined ? [{ service, node }] : [];
    });
  }

  node(name: string): ClusterNode | undefined {
    return this.nodes.find((node) => node.name === name);
  }

  get namespaces(): NetworkNamespace[] {
    return this.nodes.flatMap((node) => node.namespaces);
  }

  private readonly readHolders = lazy(() => {
    const holders = new Map<string, Holder[]>();
    for (const node of this.nodes)
      for (const namespace of node.namespaces)
        for (const device of namespace.interfaces ?? [])
          for (const { address } of device.loopback ? [] : device.addresses) {
            const key = addressKey(address);
            holders.set(key, [...(holders.get(key) ?? []), { node, namespace, device }]);
          }
    return holders;
  });

  /** Every namespace that holds the address on an interface other than loopback. */
  holders(address: Address): readonly Holder[] {
    return this.readHolders().get(addressKey(address)) ?? [];
  }

  /** The node that has `address` on an interface of the underlay: no tunnel, no bridge for containers. */
  underlayHolder(address: Address): Holder | undefined {
    return this.holders(address).find(
      ({ namespace, device }) =>
        namespace.kind === 'host' && !isOverlay(device) && !isContainerBridge(device, namespace.interfaces ?? []),
    );
  }

  private readonly readObjects = lazy((): KubernetesObject[] => {
    const objects: KubernetesObject[] = [];
    for (const namespace of this.namespaces)
      for (const [id, output] of Object.entries(namespace.record.outputs)) {
        if (id === 'etcd-registry') objects.push(...readRegistry(output.stdout).objects);
        else if (id.startsWith('kubectl-')) objects.push(...readKubectl(output.stdout));
      }
    return objects;
  });

  /** Objects of the Kubernetes API that etcd or kubectl printed. */
  get objects(): readonly KubernetesObject[] {
    return this.readObjects();
  }

  private readonly readFlannel = lazy((): FlannelState => {
    let config: FlannelConfig | undefined;
    const leases: Lease[] = [];
    for (const namespace of this.namespaces) {
      const output = namespace.output('etcd-flannel');
      if (!output) continue;
      const state = readFlannelEtcd(output.stdout);
      config ??= state.config;
      for (const lease of state.leases)
        if (!leases.some((known) => known.subnet.value === lease.subnet.value)) leases.push(lease);
    }
    for (const object of this.objects) {
      const lease = object.kind === 'Node' ? leaseOfNode(object.podCidrs[0], object.flannel) : undefined;
      if (lease && !leases.some((known) => known.subnet.value === lease.subnet.value)) leases.push(lease);
    }
    return { config, leases };
  });

  /** flannel's keys in etcd, from whichever node printed them, or what the annotations of the nodes hold. */
  get flannel(): FlannelState {
    return this.readFlannel();
  }

  /** The node a pod subnet with this address belongs to, for the overlay's purposes. */
  subnetOwner(address: Address): SubnetOwner | undefined {
    const lease = this.flannel.leases.find((candidate) => contains(candidate.subnet, address));
    const leaseNode = lease && this.underlayHolder(lease.publicIp)?.node;
    if (leaseNode) return { node: leaseNode, subnet: lease.subnet, by: 'lease' };
    for (const object of this.objects) {
      const subnet = object.kind === 'Node' ? object.podCidrs.find((cidr) => contains(cidr, address)) : undefined;
      const node = subnet && object.kind === 'Node' ? this.node(object.name) : undefined;
      if (subnet && node) return { node, subnet, by: 'podCIDR' };
    }
    for (const node of this.nodes) {
      const subnet = node.subnetEnv?.subnet;
      if (subnet && contains(subnet, address)) return { node, subnet, by: 'subnet.env' };
    }
    for (const node of this.nodes)
      for (const device of node.host?.interfaces ?? []) {
        if (!isContainerBridge(device, node.host?.interfaces ?? [])) continue;
        const own = device.addresses.find((candidate) => contains(candidate.network, address));
        if (own) return { node, subnet: own.network, by: 'bridge' };
      }
    const holder = this.holders(address).find(({ namespace }) => namespace.kind !== 'host');
    const own = holder?.device.addresses.find((candidate) => sameAddress(candidate.address, address));
    return holder && own && { node: holder.node, subnet: own.network, by: 'bridge' };
  }

  /** The node on which something answers to this address: by the namespace that holds it, else by its subnet. */
  nodeOf(address: Address): ClusterNode | undefined {
    return this.holders(address)[0]?.node ?? this.subnetOwner(address)?.node;
  }

  private readonly makeServices = stepwise(() => servicesOf(this));

  /** Services of the rules, of etcd and of kubectl. */
  get services(): readonly Service[] {
    return this.makeServices();
  }

  /** The same, a piece at a time. */
  servicesInSteps(): Generator<void, readonly Service[]> {
    return this.makeServices.steps();
  }

  private readonly byAddress = lazy(() => {
    const found = new Map<string, Service>();
    for (const service of this.services)
      for (const address of service.addresses) found.set(addressKey(address), service);
    return found;
  });

  private readonly byEndpoint = lazy(() => {
    const found = new Map<string, ServiceEndpoint>();
    for (const service of this.services)
      for (const port of service.ports)
        for (const endpoint of port.endpoints) {
          const key = addressKey(endpoint.address);
          if (!found.has(key)) found.set(key, { service, port, endpoint });
        }
    return found;
  });

  /** The service that has the address. */
  serviceAt(address: Address): Service | undefined {
    return this.byAddress().get(addressKey(address));
  }

  /** The service port whose endpoint the address is. Reads the endpoints of every service. */
  endpointAt(address: Address): ServiceEndpoint | undefined {
    return this.byEndpoint().get(addressKey(address));
  }

  /** Whether an address belongs to pods or services rather than to machines. */
  isInner(address: Address): boolean {
    const { config } = this.flannel;
    return (
      this.serviceAt(address) !== undefined ||
      this.subnetOwner(address) !== undefined ||
      (config?.network !== undefined && contains(config.network, address))
    );
  }
}

function* servicesOf({ nodes, objects }: Cluster): Generator<void, Service[]> {
  const sources: RulesSource[] = [];
  for (const { name: node, host } of nodes) {
    if (!host) continue;
    for (const family of [4, 6] as const)
      for (const { table, output } of (yield* host.netfilterInSteps(family)).tables) {
        const proxied = table.name === 'nat' ? yield* proxiedPortsInSteps(table) : [];
        const ports = table.name === 'filter' ? refusedPorts(table) : proxied;
        if (ports.length > 0) sources.push({ node, namespace: host.name, output, ports });
      }
  }
  return yield* mergeServicesInSteps(sources, objects);
}
