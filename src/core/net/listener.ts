import { type Address, parseAddress } from './address';
import { linesOf } from '../text/lines';
import { parseProtocol } from './protocol';

/** A socket that waits for packets. */
export interface Listener {
  readonly protocol: number;
  /** Undefined for a wildcard. */
  readonly address: Address | undefined;
  /** `[::]` and `*` take IPv4 too, unless the socket is IPV6_V6ONLY, which ss does not print. */
  readonly anyFamily: boolean;
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
    const host = local
      .slice(0, colon)
      .replace(/%[^\]]*/, '')
      .replace(/^\[|\]$/g, '');
    const wildcard = host === '*' || host === '::' || host === '0.0.0.0';
    found.push({
      protocol,
      address: wildcard ? undefined : parseAddress(host),
      anyFamily: host === '*' || host === '::',
      port,
      processes: [...line.matchAll(/\("([^"]*)",pid=/g)].map((match) => match[1] ?? ''),
      line: number,
    });
  }
  return found;
}

/** The listener that a packet to `address`:`port` reaches, or undefined. */
export function findListener(
  listeners: readonly Listener[],
  protocol: number,
  address: Address,
  port: number,
): Listener | undefined {
  return listeners.find(
    (listener) =>
      listener.protocol === protocol &&
      listener.port === port &&
      (listener.address
        ? listener.address.family === address.family && listener.address.value === address.value
        : address.family === 4 || listener.anyFamily),
  );
}
