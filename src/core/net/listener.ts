import { type Address, type Family, parseAddress } from './address';
import { linesOf } from '../text/lines';
import { parseProtocol } from './protocol';

/** A socket that waits for packets. */
export interface Listener {
  readonly protocol: number;
  /** Undefined for a wildcard. */
  readonly address: Address | undefined;
  /** The families whose packets it takes. */
  readonly families: readonly Family[];
  readonly port: number;
  /** Names of the processes, as far as ss may see them. */
  readonly processes: readonly string[];
  readonly line: number;
}

/** Reads `ss -Hlnptu`: netid, state, queues, local address and port, peer, processes. */
export function readListeners(text: string): Listener[] {
  const found: Listener[] = [];
  for (const { text: line, number } of linesOf(text)) {
    const words = line.trim().split(/\s+/);
    const protocol = parseProtocol(words[0] ?? '');
    const local = words[4] ?? '';
    const colon = local.lastIndexOf(':');
    const port = Number(local.slice(colon + 1));
    if (protocol === undefined || colon < 0 || !Number.isInteger(port)) continue;
    const host = local.slice(0, colon).replace(/%[^\]]*/, '');
    const address = parseAddress(host.replace(/^\[|\]$/g, ''));
    if (host !== '*' && !address) continue;
    const mapped = address && mappedAddress(address);
    found.push({
      protocol,
      address: address?.value === 0n ? undefined : (mapped ?? address),
      families: familiesOf(host, mapped ?? address),
      port,
      processes: [...line.matchAll(/\("([^"]*)",pid=/g)].map((match) => match[1] ?? ''),
      line: number,
    });
  }
  return found;
}

/** `::ffff:127.0.0.1`: an IPv6 socket for IPv4 packets alone. */
function mappedAddress({ family, value }: Address): Address | undefined {
  return family === 6 && value >> 32n === 0xffffn ? { family: 4, value: value & 0xffff_ffffn } : undefined;
}

/** ss prints `*` for a wildcard of both families, and `[::]` for one with IPV6_V6ONLY; older versions `::` for either. */
function familiesOf(host: string, address: Address | undefined): Family[] {
  if (host === '*' || host === '::') return [4, 6];
  return address ? [address.family] : [];
}

/** The listener that a packet to `address`:`port` reaches, or undefined. */
export function findListener(
  listeners: readonly Listener[],
  protocol: number,
  address: Address,
  port: number,
): Listener | undefined {
  const takers = listeners.filter(
    (listener) =>
      listener.protocol === protocol &&
      listener.port === port &&
      listener.families.includes(address.family) &&
      (listener.address === undefined || listener.address.value === address.value),
  );
  // A socket bound to the address is nearer than one bound to all.
  return takers.find((listener) => listener.address !== undefined) ?? takers[0];
}
