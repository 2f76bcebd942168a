import { type Address, parseAddress } from '../net/address';
import { jsonItems, stringOf, stringsOf } from '../text/json';
import { linesOf } from '../text/lines';

/** An entry of the neighbour table: which MAC address an on-link address has. */
export interface Neighbour {
  readonly address: Address;
  readonly device: string;
  readonly mac: string | undefined;
  /** REACHABLE, STALE, FAILED, PERMANENT … */
  readonly state: string;
  readonly line: number;
}

/** An entry of a forwarding database: which port, or for VXLAN which VTEP, a MAC address is behind. */
export interface FdbEntry {
  readonly mac: string;
  readonly device: string;
  readonly vtep: Address | undefined;
  readonly line: number;
}

/** Reads `ip [-j] neigh`. */
export function readNeighbours(text: string): Neighbour[] {
  if (/^\s*\[/.test(text))
    return jsonItems(text).items.flatMap(({ value, line }) => {
      const address = parseAddress(stringOf(value, 'dst') ?? '');
      const device = stringOf(value, 'dev');
      if (!address || device === undefined) return [];
      return [{ address, device, mac: stringOf(value, 'lladdr'), state: stringsOf(value, 'state').join(' '), line }];
    });
  const found: Neighbour[] = [];
  for (const { text: line, number } of linesOf(text)) {
    const address = parseAddress(line.split(' ', 1)[0] ?? '');
    const device = /\bdev (\S+)/.exec(line)?.[1];
    if (!address || device === undefined) continue;
    const state = /([A-Z]+)\s*$/.exec(line)?.[1] ?? '';
    found.push({ address, device, mac: /\blladdr (\S+)/.exec(line)?.[1], state, line: number });
  }
  return found;
}

/** Reads `bridge [-j] fdb`. */
export function readFdb(text: string): FdbEntry[] {
  if (/^\s*\[/.test(text))
    return jsonItems(text).items.flatMap(({ value, line }) => {
      const mac = stringOf(value, 'mac');
      const device = stringOf(value, 'ifname');
      if (mac === undefined || device === undefined) return [];
      return [{ mac, device, vtep: parseAddress(stringOf(value, 'dst') ?? ''), line }];
    });
  const found: FdbEntry[] = [];
  for (const { text: line, number } of linesOf(text)) {
    const [mac = ''] = line.split(' ', 1);
    const device = /\bdev (\S+)/.exec(line)?.[1];
    if (!/^[0-9a-f:]{17}$/.test(mac) || device === undefined) continue;
    found.push({ mac, device, vtep: parseAddress(/\bdst (\S+)/.exec(line)?.[1] ?? ''), line: number });
  }
  return found;
}
