import { parseAddress } from '../net/address';
import { parsePrefix } from '../net/prefix';
import { parseProtocol, TCP } from '../net/protocol';
import { decodeText, jsonOf, readEtcd } from '../text/etcd';
import { addresses, objectsFromJson } from './from-json';
import { type EndpointObject, flannelAnnotations, type KubernetesObject } from './objects';
import { Message } from './protobuf';

/** What could be read of the keys below the API server's prefix, and why not the rest. */
export interface Registry {
  readonly objects: readonly KubernetesObject[];
  /** Keys whose values are encrypted at rest. */
  readonly encrypted: number;
}

/** Reads the registry as etcd printed it: JSON values up to Kubernetes 1.5, protobuf from 1.6, `k8s:enc:` where encrypted. */
export function readRegistry(text: string): Registry {
  const objects: KubernetesObject[] = [];
  let encrypted = 0;
  for (const { value } of readEtcd(text)) {
    if (isProtobuf(value)) objects.push(...fromProtobuf(value));
    else if (decodeText(value.subarray(0, 8)) === 'k8s:enc:') encrypted++;
    else objects.push(...objectsFromJson(jsonOf(value) ?? {}));
  }
  return { objects, encrypted };
}

/** `k8s` and a zero byte, then `runtime.Unknown` (k8s.io/apimachinery `runtime/serializer/protobuf`). */
function isProtobuf(value: Uint8Array): boolean {
  return value[0] === 0x6b && value[1] === 0x38 && value[2] === 0x73 && value[3] === 0;
}

/* The field numbers below are those of k8s.io/api `generated.proto`. */
function fromProtobuf(value: Uint8Array): KubernetesObject[] {
  const unknown = new Message(value.subarray(4));
  const kind = unknown.message(1).text(2);
  const object = unknown.message(2);
  const metadata = object.message(1);
  const namespace = metadata.text(3) || 'default';
  const name = metadata.text(1);
  const spec = object.message(2);
  const status = object.message(3);
  switch (kind) {
    case 'Service':
      return [
        {
          kind,
          namespace,
          name,
          clusterIps: addresses([...spec.texts(18), spec.text(3)]),
          type: spec.text(4) || 'ClusterIP',
          ports: spec.messages(1).map((port) => ({
            name: port.text(1),
            protocol: parseProtocol(port.text(2)) ?? TCP,
            port: port.number(3) ?? 0,
            nodePort: port.number(5) || undefined,
          })),
          externalIps: addresses(spec.texts(5)),
        },
      ];
    case 'Endpoints':
      return [{ kind, namespace, name, endpoints: object.messages(2).flatMap(subset) }];
    case 'EndpointSlice':
      return [{ kind: 'Endpoints', namespace, name: labelOf(metadata) ?? name, endpoints: slice(object) }];
    case 'Pod':
      return [
        {
          kind,
          namespace,
          name,
          addresses: addresses([...status.messages(12).map((ip) => ip.text(1)), status.text(6)]),
          node: spec.text(10) || undefined,
          hostNetwork: spec.number(11) === 1,
        },
      ];
    case 'Node':
      return [
        {
          kind,
          name,
          addresses: addresses(status.messages(5).map((address) => address.text(2))),
          podCidrs: [...new Set([...spec.texts(7), spec.text(1)])].flatMap((text) => parsePrefix(text) ?? []),
          flannel: flannelAnnotations(metadata.messages(12).map((entry) => [entry.text(1), entry.text(2)] as const)),
        },
      ];
    default:
      return [];
  }
}

function labelOf(metadata: Message): string | undefined {
  return metadata
    .messages(11)
    .find((label) => label.text(1) === 'kubernetes.io/service-name')
    ?.text(2);
}

function subset(value: Message): EndpointObject[] {
  const of = (field: number, ready: boolean): EndpointObject[] =>
    value.messages(field).flatMap((item) => {
      const address = parseAddress(item.text(1));
      const target = item.message(2);
      return address
        ? value.messages(3).map((port) => ({
            address,
            portName: port.text(1),
            protocol: parseProtocol(port.text(3)) ?? TCP,
            port: port.number(2) ?? 0,
            node: item.text(4) || undefined,
            pod: target.text(1) === 'Pod' ? target.text(3) : undefined,
            ready,
          }))
        : [];
    });
  return [...of(1, true), ...of(2, false)];
}

function slice(value: Message): EndpointObject[] {
  return value.messages(2).flatMap((item) =>
    addresses(item.texts(1)).flatMap((address) =>
      value.messages(3).map((port) => ({
        address,
        portName: port.text(1),
        protocol: parseProtocol(port.text(2)) ?? TCP,
        port: port.number(3) ?? 0,
        node: item.text(6) || undefined,
        pod: item.message(4).text(1) === 'Pod' ? item.message(4).text(3) : undefined,
        ready: item.message(2).number(1) !== 0,
      })),
    ),
  );
}
