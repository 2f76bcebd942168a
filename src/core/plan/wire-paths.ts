import { parseAddress } from '../net/address';
import { parsePort } from '../net/protocol';
import type { Effect } from './effect';

/** A connection that a node itself can make: to see on the wire whether what was predicted is so. */
export interface WirePath {
  readonly node: string;
  readonly address: string;
  readonly port: number;
}

/** More of them tell no more of the same change. */
const MOST = 4;

/** Of the paths that a plan is to mend some that nodes can try: by TCP, from the node and not from a pod on it. */
export function wirePaths({ pairs }: Effect, nodes: readonly string[]): WirePath[] {
  return pairs
    .flatMap(({ from, to, protocol, change }): WirePath[] => {
      const [, bracketed, plain, digits = ''] = /^(?:\[(.+)\]|([^:]+)):(\d+)$/.exec(to) ?? [];
      const address = bracketed ?? plain ?? '';
      const port = parsePort(digits);
      if (change !== 'mended' || protocol !== 'tcp' || !nodes.includes(from)) return [];
      return port === undefined || !parseAddress(address) ? [] : [{ node: from, address, port }];
    })
    .slice(0, MOST);
}
