import { type Address, formatAddress } from '../../net/address';
import type { NamespaceRecord } from '../format';
import { editEntries, editOutput } from './output';

/** A next hop behind a tunnel of the kernel's, and where its frames are sent to. */
export interface TunnelPeer {
  readonly address: Address;
  readonly mac: string;
  readonly vtep: Address;
}

/** As `ip neigh replace ADDRESS lladdr MAC dev NAME nud permanent` and `bridge fdb replace MAC dev NAME dst VTEP` do. */
export function withPeers(record: NamespaceRecord, device: string, peers: readonly TunnelPeer[]): NamespaceRecord {
  const all = peers.map(({ address, mac, vtep }) => ({
    mac,
    address: formatAddress(address),
    vtep: formatAddress(vtep),
  }));
  const addresses = new Set<unknown>(all.map(({ address }) => address));
  const macs = new Set<unknown>(all.map(({ mac }) => mac));
  const first = (line: string, known: ReadonlySet<unknown>): boolean =>
    line.includes(` dev ${device} `) && known.has(line.split(' ', 1)[0]);
  const known = editOutput(record, 'ip-neigh', (stdout) =>
    editEntries(
      stdout,
      {
        json: (item) => item['dev'] === device && addresses.has(item['dst']),
        text: (line) => first(line, addresses),
      },
      all.map(({ address, mac }) => ({
        json: { dst: address, dev: device, lladdr: mac, state: ['PERMANENT'] },
        text: `${address} dev ${device} lladdr ${mac} PERMANENT`,
      })),
    ),
  );
  return editOutput(known, 'bridge-fdb', (stdout) =>
    editEntries(
      stdout,
      { json: (item) => item['ifname'] === device && macs.has(item['mac']), text: (line) => first(line, macs) },
      all.map(({ mac, vtep }) => ({
        json: { mac, ifname: device, dst: vtep, flags: ['self'], state: 'permanent' },
        text: `${mac} dev ${device} dst ${vtep} self permanent`,
      })),
    ),
  );
}
