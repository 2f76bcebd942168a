/** `10.0.0.103:80`; where the protocol has no ports, the address alone. IPv6 addresses with ports in brackets. */
export function socketOf(address: string, port: number | null): string {
  if (port === null) return address;
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
