import type { Service } from '../kernel/networks/kube-proxy';
import { message, registryValue } from '../support/protobuf';

/** The ports of each service, by its namespace and name. */
function byService(services: readonly Service[]): Map<string, { port: string; service: Service }[]> {
  const found = new Map<string, { port: string; service: Service }[]>();
  for (const service of services) {
    const [path = '', port = ''] = service.name.split(':');
    const key = path.includes('/') ? path : `default/${path}`;
    found.set(key, [...(found.get(key) ?? []), { port, service }]);
  }
  return found;
}

const targetPort = ({ endpoints: [first = ''] }: Service): number => Number(first.split(':')[1]);
const targetAddress = ({ endpoints: [first = ''] }: Service): string => first.split(':')[0] ?? '';
const protocolOf = ({ protocol = 'tcp' }: Service): string => protocol.toUpperCase();

/** As Kubernetes up to 1.5 stored them, by key. */
export function jsonObjects(services: readonly Service[]): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [path, ports] of byService(services)) {
    const [namespace, name] = path.split('/');
    const metadata = { name, namespace };
    const [first] = ports;
    if (!first) continue;
    values[`/registry/services/specs/${path}`] = JSON.stringify({
      kind: 'Service',
      apiVersion: 'v1',
      metadata,
      spec: {
        ports: ports.map(({ port, service }) => ({
          ...(port !== '' && { name: port }),
          protocol: protocolOf(service),
          port: service.port,
          targetPort: targetPort(service),
        })),
        clusterIP: first.service.address,
        type: 'ClusterIP',
        sessionAffinity: 'None',
      },
    });
    values[`/registry/services/endpoints/${path}`] = JSON.stringify({
      kind: 'Endpoints',
      apiVersion: 'v1',
      metadata,
      subsets: [
        {
          addresses: [{ ip: targetAddress(first.service) }],
          ports: ports.map(({ port, service }) => ({
            ...(port !== '' && { name: port }),
            port: targetPort(service),
            protocol: protocolOf(service),
          })),
        },
      ],
    });
  }
  return values;
}

/** As Kubernetes from 1.6 stores them; field numbers of k8s.io/api. */
export function protobufObjects(services: readonly Service[]): Record<string, Uint8Array> {
  const values: Record<string, Uint8Array> = {};
  for (const [path, ports] of byService(services)) {
    const [namespace = '', name = ''] = path.split('/');
    const metadata = message({ 1: name, 3: namespace });
    const [first] = ports;
    if (!first) continue;
    values[`/registry/services/specs/${path}`] = registryValue('Service', {
      1: metadata,
      2: message({
        1: ports.map(({ port, service }) =>
          message({
            1: port,
            2: protocolOf(service),
            3: service.port,
            4: message({ 1: 0, 2: targetPort(service), 3: '' }),
          }),
        ),
        3: first.service.address,
        4: 'ClusterIP',
        7: 'None',
      }),
    });
    values[`/registry/services/endpoints/${path}`] = registryValue('Endpoints', {
      1: metadata,
      2: message({
        1: message({ 1: targetAddress(first.service) }),
        3: ports.map(({ port, service }) => message({ 1: port, 2: targetPort(service), 3: protocolOf(service) })),
      }),
    });
  }
  return values;
}
