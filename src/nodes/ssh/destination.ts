import { isIPv6 } from 'node:net';
import { SshError } from './errors';

/** Where to log in, as far as somebody has said. */
export interface Destination {
  readonly host: string;
  readonly user?: string;
  readonly port?: number;
}

/** What OpenSSH, too, refuses in names (ssh.c, `valid_hostname` and `valid_ruser`), since configurations hand them to shells. */
const NEVER_IN_NAMES = /[\s'`"$\\;&<>|(){}\u0000-\u001f\u007f]/;

/** Throws where a name could be taken for an option or reach a shell as more than a name. */
export function checkName(what: 'host' | 'user', name: string): string {
  if (name === '') throw new SshError('settings', `The ${what} name is empty; give one.`);
  if (name.startsWith('-') || NEVER_IN_NAMES.test(name))
    throw new SshError('settings', `${JSON.stringify(name)} is no ${what} name; correct it.`);
  return name;
}

export function checkPort(port: number): number {
  if (Number.isInteger(port) && port > 0 && port < 65536) return port;
  throw new SshError('settings', `${port} is no port; give one from 1 to 65535.`);
}

/** `[user@]host[:port]` with IPv6 addresses in brackets or alone, and the same with `ssh://` before it (ssh(1)). */
export function parseDestination(text: string): Destination {
  const bare = text.replace(/^ssh:\/\//, '').replace(/\/$/, '');
  const at = bare.lastIndexOf('@');
  const rest = bare.slice(at + 1);
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(rest) ?? [];
  const host = checkName('host', bracketed ?? plain ?? rest);
  if (host === rest && rest.includes(':') && !isIPv6(rest))
    throw new SshError('settings', `${JSON.stringify(text)} is no [user@]host[:port]; correct it.`);
  return {
    host,
    ...(at >= 0 && { user: checkName('user', bare.slice(0, at)) }),
    ...(port !== undefined && { port: checkPort(Number(port)) }),
  };
}

/** The hosts of a ProxyJump, from the first that is connected to; none for `none`. */
export function parseJumps(text: string): Destination[] {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed.toLowerCase() === 'none') return [];
  return trimmed.split(',').map((hop) => parseDestination(hop.trim()));
}
