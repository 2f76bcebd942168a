import { type Address, formatAddress } from '../../net/address';
import type { Cluster } from '../../snapshot/cluster';
import { nameAddress } from '../../snapshot/names';
import type { EvidenceLine, Step } from '../result';
import type { LegName } from '../simulator/context';

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
