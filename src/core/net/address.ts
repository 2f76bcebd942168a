import ipaddr from 'ipaddr.js';

export type Family = 4 | 6;

/** An IPv4 or IPv6 address. */
export interface Address {
  readonly family: Family;
  readonly value: bigint;
}

export const BITS: Readonly<Record<Family, number>> = { 4: 32, 6: 128 };
export const ALL_ONES: Readonly<Record<Family, bigint>> = { 4: 0xffff_ffffn, 6: (1n << 128n) - 1n };
const DOTTED_QUAD = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

/** The address that `text` spells, or undefined. Only full dotted quads: `010.1` is nobody's address. */
export function parseAddress(text: string): Address | undefined {
  const quad = DOTTED_QUAD.exec(text);
  if (quad) {
    let value = 0;
    for (const part of quad.slice(1)) {
      const byte = Number(part);
      if (byte > 255) return undefined;
      value = value * 256 + byte;
    }
    return { family: 4, value: BigInt(value) };
  }
  if (!text.includes(':') || !ipaddr.IPv6.isValid(text)) return undefined;
  return { family: 6, value: fromBytes(ipaddr.IPv6.parse(text).toByteArray()) };
}

function fromBytes(bytes: readonly number[]): bigint {
  return bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

/** As `ip` prints it: a dotted quad, or RFC 5952. */
export function formatAddress(address: Address): string {
  const bytes: number[] = [];
  for (let shift = BITS[address.family] - 8; shift >= 0; shift -= 8)
    bytes.push(Number((address.value >> BigInt(shift)) & 0xffn));
  return address.family === 4 ? bytes.join('.') : new ipaddr.IPv6(bytes).toRFC5952String();
}

export function sameAddress(a: Address | undefined, b: Address | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && a.family === b.family && a.value === b.value);
}

/** With a port, as a socket is written: `10.0.0.1:80`, `[fd00::1]:80`. */
export function formatSocket(address: Address, port: number | undefined): string {
  const text = formatAddress(address);
  if (port === undefined) return text;
  return address.family === 4 ? `${text}:${port}` : `[${text}]:${port}`;
}
