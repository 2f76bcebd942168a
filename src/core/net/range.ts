import { parsePort } from './protocol';

/** An inclusive range of numbers. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

export function inRange(range: Range, value: number): boolean {
  return value >= range.from && value <= range.to;
}

/** `80`, `80:90`, `:90`, `80:`, with `http` for 80. */
export function readPorts(text: string): Range | undefined {
  return readRange(text, ':', 65535, parsePort);
}

/** `5`, `5:9`, `:9`, `5:` with the given separator. */
export function readRange(
  text: string,
  separator: string,
  most: number,
  read: (text: string) => number | undefined = readNumber,
): Range | undefined {
  const at = text.indexOf(separator);
  const from = at === 0 ? 0 : read(at < 0 ? text : text.slice(0, at));
  const to = at < 0 ? from : at === text.length - 1 ? most : read(text.slice(at + 1));
  return from === undefined || to === undefined ? undefined : { from, to };
}

/** Decimal or 0x hexadecimal. */
export function readNumber(text: string): number | undefined {
  return /^(0x[0-9a-f]+|\d+)$/i.test(text) ? Number(text) : undefined;
}

/** `VALUE` or `VALUE/MASK`, each decimal or hexadecimal, 32 bits. */
export function readMasked(text: string): { value: number; mask: number } | undefined {
  const slash = text.indexOf('/');
  const value = readNumber(slash < 0 ? text : text.slice(0, slash));
  const mask = slash < 0 ? 0xffff_ffff : readNumber(text.slice(slash + 1));
  return value === undefined || mask === undefined ? undefined : { value: value >>> 0, mask: mask >>> 0 };
}

export function formatRange(range: Range): string {
  return range.from === range.to ? String(range.from) : `${range.from}–${range.to}`;
}
