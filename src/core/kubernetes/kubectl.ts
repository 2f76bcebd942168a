import { parseAddress } from '../net/address';
import { parseProtocol, TCP } from '../net/protocol';
import { isObject } from '../text/json';
import { linesOf } from '../text/lines';
import { addresses, objectsFromJson } from './from-json';
import type { KubernetesObject, ServicePortObject } from './objects';

/** Reads `kubectl get services|endpoints|pods|nodes -o json`, and the table of `kubectl get services`. */
export function readKubectl(text: string): KubernetesObject[] {
  if (text.trimStart().startsWith('{')) {
    try {
      const value: unknown = JSON.parse(text);
      return isObject(value) ? objectsFromJson(value) : [];
    } catch {
      return [];
    }
  }
  return servicesTable(text);
}

/** Columns NAME [TYPE] CLUSTER-IP EXTERNAL-IP PORT(S) AGE, with NAMESPACE first under --all-namespaces. */
function servicesTable(text: string): KubernetesObject[] {
  const services: KubernetesObject[] = [];
  let withNamespace = false;
  for (const { text: line } of linesOf(text)) {
    const words = line.trim().split(/\s+/);
    if (words.includes('CLUSTER-IP')) {
      withNamespace = words[0] === 'NAMESPACE';
      continue;
    }
    const at = words.findIndex((word) => parseAddress(word) !== undefined);
    const name = words[withNamespace ? 1 : 0];
    const clusterIp = parseAddress(words[at] ?? '');
    const portsAt = words.findIndex((word, place) => place > at && /^\d+(:\d+)?\/[A-Z]+/.test(word));
    const ports = words[portsAt];
    if (!clusterIp || name === undefined || ports === undefined) continue;
    services.push({
      kind: 'Service',
      namespace: (withNamespace ? words[0] : undefined) ?? 'default',
      name,
      clusterIps: [clusterIp],
      type: at > (withNamespace ? 2 : 1) ? (words[at - 1] ?? 'ClusterIP') : 'ClusterIP',
      ports: ports.split(',').flatMap(portOf),
      externalIps: words.slice(at + 1, portsAt).flatMap((word) => addresses(word.split(','))),
    });
  }
  return services;
}

/** `80:30080/TCP` */
function portOf(text: string): ServicePortObject[] {
  const found = /^(\d+)(?::(\d+))?\/(\w+)$/.exec(text);
  if (!found) return [];
  const nodePort = found[2] === undefined ? undefined : Number(found[2]);
  return [{ name: '', protocol: parseProtocol(found[3] ?? '') ?? TCP, port: Number(found[1]), nodePort }];
}
