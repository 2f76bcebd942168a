import { type Address, formatAddress } from '../../net/address';
import type { Route } from '../../routing/route';
import type { Cluster } from '../../snapshot/cluster';
import type { NetworkNamespace } from '../../snapshot/namespace';
import { nameAddress } from '../../snapshot/names';
import type { EvidenceLine, Step } from '../result';
import type { LegName } from '../simulator/context';
import { outputId } from '../simulator/routing';

export const WHAT: Readonly<Record<LegName, string>> = {
  request: 'the request',
  reply: 'the reply',
  ack: 'the packet that completes the handshake',
  data: 'the first data of the server',
};

export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** An address, with what it belongs to. */
export function describe(cluster: Cluster, address: Address): string {
  const name = nameAddress(cluster, address);
  return name ? `${formatAddress(address)} (${name.words})` : formatAddress(address);
}

/** The lines that steps follow from, each once: packets of several legs pass the same. */
export function evidenceOf(steps: readonly Step[]): EvidenceLine[] {
  const lines = new Map<string, EvidenceLine>();
  for (const { node, namespace, source, text } of steps) {
    if (!source) continue;
    const line = { node, namespace, output: source.output, line: source.line, text };
    lines.set(JSON.stringify(line), line);
  }
  return [...lines.values()];
}

/** The route that a step took. By its text, too: `ip -j` prints all of them in one line. */
export function routeOf(namespace: NetworkNamespace, { source, text }: Step): Route | undefined {
  const family = ([4, 6] as const).find((one) => outputId(one) === source?.output);
  const routes = (family && namespace.routes(family)?.routes) ?? [];
  return routes.find(
    (one) => one.line === source?.line && (text === one.text || text.startsWith(`${one.text} (rule `)),
  );
}
