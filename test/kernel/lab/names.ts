/** How a trace names a namespace: `worker`, `worker/default/g4`. */
export function nameOf(node: string | null, namespace: string | null): string {
  return namespace === null || namespace === 'host' ? (node ?? '') : `${node ?? ''}/${namespace}`;
}

/** `10.0.0.1:80`, `[fd00::1]:80`, and an address alone where there is no port. */
export function socketText(host: string, port: number | string | null | undefined): string {
  if (port === null || port === undefined) return host;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
