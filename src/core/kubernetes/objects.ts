import type { Address } from '../net/address';
import type { Prefix } from '../net/prefix';

/** What the Kubernetes API holds of the objects that make up a service's way, reduced to that. */
export interface ServiceObject {
  readonly kind: 'Service';
  readonly namespace: string;
  readonly name: string;
  /** Empty for a headless service. */
  readonly clusterIps: readonly Address[];
  readonly type: string;
  readonly ports: readonly ServicePortObject[];
  readonly externalIps: readonly Address[];
}

export interface ServicePortObject {
  readonly name: string;
  /** IP protocol number. */
  readonly protocol: number;
  readonly port: number;
  readonly nodePort: number | undefined;
}

export interface EndpointsObject {
  readonly kind: 'Endpoints';
  readonly namespace: string;
  /** Of the service. */
  readonly name: string;
  readonly endpoints: readonly EndpointObject[];
}

export interface EndpointObject {
  readonly address: Address;
  readonly portName: string;
  readonly protocol: number;
  readonly port: number;
  readonly node: string | undefined;
  readonly pod: string | undefined;
  readonly ready: boolean;
}

export interface PodObject {
  readonly kind: 'Pod';
  readonly namespace: string;
  readonly name: string;
  readonly addresses: readonly Address[];
  readonly node: string | undefined;
  readonly hostNetwork: boolean;
}

export interface NodeObject {
  readonly kind: 'Node';
  readonly name: string;
  readonly addresses: readonly Address[];
  readonly podCidrs: readonly Prefix[];
  /** Those of flannel, by the part of their names behind `flannel.alpha.coreos.com/`. */
  readonly flannel: ReadonlyMap<string, string>;
}

/** Where flannel keeps its leases when it has no etcd of its own (its `pkg/subnet/kube/annotations.go`). */
const FLANNEL = 'flannel.alpha.coreos.com/';

export function flannelAnnotations(annotations: Iterable<readonly [string, string]>): Map<string, string> {
  const own = new Map<string, string>();
  for (const [name, value] of annotations) if (name.startsWith(FLANNEL)) own.set(name.slice(FLANNEL.length), value);
  return own;
}

export type KubernetesObject = ServiceObject | EndpointsObject | PodObject | NodeObject;
