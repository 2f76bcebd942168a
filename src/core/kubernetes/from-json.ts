import { type Address, parseAddress } from '../net/address';
import { parsePrefix } from '../net/prefix';
import { parseProtocol, TCP } from '../net/protocol';
import { isObject, type JsonObject, numberOf, objectsOf, stringOf, stringsOf } from '../text/json';
import { type EndpointObject, flannelAnnotations, type KubernetesObject } from './objects';

/** The objects in a JSON value of the Kubernetes API: one object, or a list of them (`kubectl get -o json`). */
export function objectsFromJson(value: JsonObject): KubernetesObject[] {
  if (Array.isArray(value['items'])) {
    const kind = stringOf(value, 'kind')?.replace(/List$/, '') ?? '';
    return objectsOf(value, 'items').flatMap((item) => fromJson({ kind, ...item }));
  }
  return fromJson(value);
}

function fromJson(value: JsonObject): KubernetesObject[] {
  const metadata = section(value, 'metadata');
  const spec = section(value, 'spec');
  const status = section(value, 'status');
  const namespace = stringOf(metadata, 'namespace') ?? 'default';
  const name = stringOf(metadata, 'name') ?? '';
  switch (stringOf(value, 'kind')) {
    case 'Service':
      return [
        {
          kind: 'Service',
          namespace,
          name,
          clusterIps: addresses([...stringsOf(spec, 'clusterIPs'), stringOf(spec, 'clusterIP') ?? '']),
          type: stringOf(spec, 'type') ?? 'ClusterIP',
          ports: objectsOf(spec, 'ports').map((port) => ({
            name: stringOf(port, 'name') ?? '',
            protocol: protocolOf(port),
            port: numberOf(port, 'port') ?? 0,
            nodePort: numberOf(port, 'nodePort'),
          })),
          externalIps: addresses(stringsOf(spec, 'externalIPs')),
        },
      ];
    case 'Endpoints':
      return [{ kind: 'Endpoints', namespace, name, endpoints: objectsOf(value, 'subsets').flatMap(subset) }];
    case 'EndpointSlice':
      return [
        {
          kind: 'Endpoints',
          namespace,
          name: stringOf(section(metadata, 'labels'), 'kubernetes.io/service-name') ?? name,
          endpoints: slice(value),
        },
      ];
    case 'Pod':
      return [
        {
          kind: 'Pod',
          namespace,
          name,
          addresses: addresses([
            ...objectsOf(status, 'podIPs').map((item) => stringOf(item, 'ip') ?? ''),
            stringOf(status, 'podIP') ?? '',
          ]),
          node: stringOf(spec, 'nodeName'),
          hostNetwork: spec['hostNetwork'] === true,
        },
      ];
    case 'Node':
      return [
        {
          kind: 'Node',
          name,
          addresses: addresses(objectsOf(status, 'addresses').map((item) => stringOf(item, 'address') ?? '')),
          podCidrs: [...stringsOf(spec, 'podCIDRs'), stringOf(spec, 'podCIDR') ?? ''].flatMap((text, at, all) => {
            const prefix = all.indexOf(text) === at ? parsePrefix(text) : undefined;
            return prefix ? [prefix] : [];
          }),
          flannel: flannelAnnotations(
            Object.entries(section(metadata, 'annotations')).flatMap(([key, text]) =>
              typeof text === 'string' ? [[key, text] as const] : [],
            ),
          ),
        },
      ];
    default:
      return [];
  }
}

function section(value: JsonObject, key: string): JsonObject {
  const inner = value[key];
  return isObject(inner) ? inner : {};
}

function protocolOf(value: JsonObject): number {
  return parseProtocol(stringOf(value, 'protocol') ?? 'tcp') ?? TCP;
}

/** The addresses that the texts spell, each once; "None" is none. */
export function addresses(texts: readonly string[]): Address[] {
  return [...new Set(texts)].flatMap((text) => parseAddress(text) ?? []);
}

function subset(value: JsonObject): EndpointObject[] {
  const ports = objectsOf(value, 'ports');
  const of = (key: string, ready: boolean): EndpointObject[] =>
    objectsOf(value, key).flatMap((item) =>
      ports.flatMap((port) => endpoint(stringOf(item, 'ip'), port, stringOf(item, 'nodeName'), podOf(item), ready)),
    );
  return [...of('addresses', true), ...of('notReadyAddresses', false)];
}

function slice(value: JsonObject): EndpointObject[] {
  const ports = objectsOf(value, 'ports');
  return objectsOf(value, 'endpoints').flatMap((item) =>
    stringsOf(item, 'addresses').flatMap((address) =>
      ports.flatMap((port) =>
        endpoint(
          address,
          port,
          stringOf(item, 'nodeName'),
          podOf(item),
          section(item, 'conditions')['ready'] !== false,
        ),
      ),
    ),
  );
}

function podOf(item: JsonObject): string | undefined {
  const target = section(item, 'targetRef');
  return stringOf(target, 'kind') === 'Pod' ? stringOf(target, 'name') : undefined;
}

function endpoint(
  text: string | undefined,
  port: JsonObject,
  node: string | undefined,
  pod: string | undefined,
  ready: boolean,
): EndpointObject[] {
  const address = parseAddress(text ?? '');
  if (!address) return [];
  const portName = stringOf(port, 'name') ?? '';
  return [{ address, portName, protocol: protocolOf(port), port: numberOf(port, 'port') ?? 0, node, pod, ready }];
}
