import type { Address, Family } from '../net/address';
import { contains } from '../net/prefix';
import type { Interface, InterfaceAddress, Scope } from './interface';

/** How far an address may travel; the kernel's numbers (rtnetlink(7)): the smaller, the farther. */
const REACH: Readonly<Record<Scope, number>> = { global: 0, site: 200, link: 253, host: 254 };

/**
 * The source address that the kernel picks for a packet leaving by `device` towards `nextHop`: the primary address whose
 * network holds the next hop, else the first primary; else one of another interface (net/ipv4/devinet.c `inet_select_addr`).
 *
 * @param routesLoopback whether `route_localnet` is on for `device`: addresses for the host alone then count as for the link
 */
export function selectSource(
  interfaces: readonly Interface[],
  device: string,
  family: Family,
  nextHop: Address | undefined,
  scope: Scope,
  routesLoopback: () => boolean = () => false,
): Address | undefined {
  const usable = (own: InterfaceAddress): boolean =>
    own.address.family === family && !own.secondary && REACH[own.scope] <= REACH[scope];
  const usableHere = (own: InterfaceAddress): boolean =>
    usable(own) || (own.scope === 'host' && usable({ ...own, scope: 'link' }) && routesLoopback());
  const own = interfaces.find((candidate) => candidate.name === device)?.addresses.filter(usableHere) ?? [];
  const inNetwork = nextHop && own.find((address) => contains(address.network, nextHop));
  const chosen = inNetwork ?? own[0];
  if (chosen) return chosen.address;
  for (const other of interfaces) {
    const address = other.addresses.find((candidate) => usable(candidate) && candidate.scope !== 'link');
    if (address) return address.address;
  }
  return undefined;
}
