import { type Address, formatAddress } from '../../net/address';
import type { Cluster } from '../../snapshot/cluster';
import { nameAddress } from '../../snapshot/names';
import type { EvidenceLine, Step } from '../result';

/** The packets of a run. */
export type LegName = 'request' | 'reply' | 'ack' | 'data';

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

/** The lines that steps follow from. */
export function evidenceOf(steps: readonly Step[]): EvidenceLine[] {
  return steps.flatMap(({ node, namespace, source, text }) =>
    source ? [{ node, namespace, output: source.output, line: source.line, text }] : [],
  );
}
