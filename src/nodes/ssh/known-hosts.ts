import { createHmac, randomBytes } from 'node:crypto';
import { keyTypeOf } from './host-key';
import { matchesPatterns } from './pattern';

/** A line of a known_hosts file (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). */
export interface KnownHost {
  /** Counting from 1. */
  readonly line: number;
  readonly marker: 'revoked' | 'cert-authority' | undefined;
  /** Patterns joined by commas, or one hashed name. */
  readonly hosts: string;
  readonly keyType: string;
  readonly key: Buffer;
}

/** Reads what is well formed; ssh passes over other lines too (comments, keys of SSH 1, damaged ones). */
export function parseKnownHosts(text: string): KnownHost[] {
  return text.split('\n').flatMap((line, at) => parseLine(line, at + 1) ?? []);
}

function parseLine(text: string, line: number): KnownHost | undefined {
  const words = text.trim().split(/[ \t]+/);
  const marker = words[0]?.startsWith('@') ? words.shift() : undefined;
  if (marker !== undefined && marker !== '@revoked' && marker !== '@cert-authority') return undefined;
  const [hosts, keyType, encoded] = words;
  if (hosts === undefined || hosts.startsWith('#') || keyType === undefined || encoded === undefined) return undefined;
  const key = Buffer.from(encoded, 'base64');
  if (keyTypeOf(key) !== keyType) return undefined;
  return {
    line,
    marker: marker === '@revoked' ? 'revoked' : marker === undefined ? undefined : 'cert-authority',
    hosts,
    keyType,
    key,
  };
}

/** How a host is named in these files: in lower case, `[host]:port` where the port is not 22. */
export function knownHostName(host: string, port: number): string {
  const name = host.toLowerCase();
  return port === 22 ? name : `[${name}]:${port}`;
}

const HASHED = /^\|1\|([^|]+)\|([^|]+)$/;

/** Whether the first field of a line speaks of `name`, as `knownHostName` gives it. */
export function speaksOf(hosts: string, name: string): boolean {
  if (!hosts.startsWith('|')) return matchesPatterns(name, hosts.toLowerCase().split(','));
  const [, salt = '', digest] = HASHED.exec(hosts) ?? [];
  return digest !== undefined && hashOf(name, Buffer.from(salt, 'base64')) === digest;
}

function hashOf(name: string, salt: Buffer): string {
  return createHmac('sha1', salt).update(name).digest('base64');
}

/** The line for an accepted key, without a line end. `hashed` hides the name, as HashKnownHosts wants it. */
export function knownHostLine(name: string, key: Buffer, hashed: boolean): string {
  const salt = randomBytes(20);
  const hosts = hashed ? `|1|${salt.toString('base64')}|${hashOf(name, salt)}` : name;
  return `${hosts} ${keyTypeOf(key) ?? ''} ${key.toString('base64')}`;
}
