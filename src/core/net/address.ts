import ipaddr from 'ipaddr.js';

export type Family = 4 | 6;

/** An IPv4 or IPv6 address. */
export interface Address {
  readonly family: Family;
  readonly value: bigint;
}

export const BITS: Readonly<Record<Family, number>> = { 4: 32, 6: 128 };
export const ALL_ONES: Readonly<Record<Family, bigint>> = { 4: 0xffff_ffffn, 6: (1n << 128n) - 1n };
const DOTTED_QUAD = /^(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})$/;

/** The address that `text` spells for inet_pton(3), or undefined. */
export function parseAddress(text: string): Address | undefined {
  if (!text.includes(':')) {
    const value = parseQuad(text);
    return value === undefined ? undefined : { family: 4, value: BigInt(value) };
  }
  const plain = withoutQuad(text);
  if (plain === undefined || !ipaddr.IPv6.isValid(plain)) return undefined;
  return { family: 6, value: fromBytes(ipaddr.IPv6.parse(plain).toByteArray()) };
}

function parseQuad(text: string): number | undefined {
  const bytes = DOTTED_QUAD.exec(text)?.slice(1).map(Number);
  if (!bytes || bytes.some((byte) => byte > 255)) return undefined;
  return bytes.reduce((value, byte) => value * 256 + byte, 0);
}

/** IPv6 whose last 32 bits are a dotted quad, in hexadecimal: ipaddr.js takes `::127.0.0.1` for `::ffff:127.0.0.1`. */
function withoutQuad(text: string): string | undefined {
  if (!text.includes('.') || text.includes('%')) return text;
  const colon = text.lastIndexOf(':');
  const quad = parseQuad(text.slice(colon + 1));
  if (quad === undefined) return undefined;
  return `${text.slice(0, colon + 1)}${Math.floor(quad / 65536).toString(16)}:${(quad % 65536).toString(16)}`;
}

function fromBytes(bytes: readonly number[]): bigint {
  return bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

/** An address does not change, and every step of a trace shows two. */
const WRITTEN = new WeakMap<Address, string>();

/** As `ip` prints it: a dotted quad, or RFC 5952. */
export function formatAddress(address: Address): string {
  const written = WRITTEN.get(address) ?? writeAddress(address);
  WRITTEN.set(address, written);
  return written;
}

function writeAddress(address: Address): string {
  const bytes: number[] = [];
  for (let shift = BITS[address.family] - 8; shift >= 0; shift -= 8)
    bytes.push(Number((address.value >> BigInt(shift)) & 0xffn));
  return address.family === 4 ? bytes.join('.') : new ipaddr.IPv6(bytes).toRFC5952String();
}

export function sameAddress(a: Address | undefined, b: Address | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && a.family === b.family && a.value === b.value);
}

/** Equal for equal addresses: a key for maps. */
export function addressKey({ family, value }: Address): string {
  return `${family} ${value.toString(36)}`;
}

/** With a port, as a socket is written: `10.0.0.1:80`, `[fd00::1]:80`. */
export function formatSocket(address: Address, port: number | undefined): string {
  const text = formatAddress(address);
  if (port === undefined) return text;
  return address.family === 4 ? `${text}:${port}` : `[${text}]:${port}`;
}
