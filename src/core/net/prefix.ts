import { ALL_ONES, type Address, BITS, type Family, formatAddress, parseAddress } from './address';

/** A set of addresses given by value and mask. iptables allows masks that are not contiguous. */
export interface Prefix {
  readonly family: Family;
  /** Bits outside the mask are zero. */
  readonly value: bigint;
  readonly mask: bigint;
}

/** A length that no prefix has, which a damaged output may hold, is taken as the nearest one. */
export function maskOfLength(family: Family, length: number): bigint {
  const bits = BITS[family];
  const ones = Math.min(bits, Math.max(0, Math.trunc(length) || 0));
  return (ALL_ONES[family] >> BigInt(bits - ones)) << BigInt(bits - ones);
}

export function prefixOf(address: Address, length: number = BITS[address.family]): Prefix {
  const mask = maskOfLength(address.family, length);
  return { family: address.family, value: address.value & mask, mask };
}

/** `10.1.0.0/16`, `10.1.0.0/255.255.0.0`, `fd00::/8`, or a bare address. Host bits are cleared. */
export function parsePrefix(text: string): Prefix | undefined {
  const slash = text.indexOf('/');
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (!address) return undefined;
  if (slash < 0) return prefixOf(address);
  const suffix = text.slice(slash + 1);
  if (/^\d{1,3}$/.test(suffix)) {
    const length = Number(suffix);
    return length <= BITS[address.family] ? prefixOf(address, length) : undefined;
  }
  const mask = parseAddress(suffix);
  if (mask?.family !== address.family) return undefined;
  return { family: address.family, value: address.value & mask.value, mask: mask.value };
}

/** The number of leading ones of the mask, or undefined where it is not contiguous. */
export function prefixLength(prefix: Prefix): number | undefined {
  const inverse = ALL_ONES[prefix.family] ^ prefix.mask;
  if ((inverse & (inverse + 1n)) !== 0n) return undefined;
  return BITS[prefix.family] - (inverse === 0n ? 0 : inverse.toString(2).length);
}

export function contains(prefix: Prefix, address: Address): boolean {
  return prefix.family === address.family && (address.value & prefix.mask) === prefix.value;
}

/** Whether every address of `inner` is in `outer`. */
export function covers(outer: Prefix, inner: Prefix): boolean {
  return (
    outer.family === inner.family &&
    (outer.mask & inner.mask) === outer.mask &&
    (inner.value & outer.mask) === outer.value
  );
}

export function samePrefix(a: Prefix, b: Prefix): boolean {
  return a.family === b.family && a.value === b.value && a.mask === b.mask;
}

/** `10.1.0.0/16`; a mask with holes is written out, as iptables does. */
export function formatPrefix(prefix: Prefix): string {
  const address = formatAddress(prefix);
  const length = prefixLength(prefix);
  return `${address}/${length ?? formatAddress({ family: prefix.family, value: prefix.mask })}`;
}

/** As `formatPrefix`, but a single address stands alone. */
export function formatNetwork(prefix: Prefix): string {
  return prefix.mask === ALL_ONES[prefix.family] ? formatAddress(prefix) : formatPrefix(prefix);
}

export const EVERYWHERE: Readonly<Record<Family, Prefix>> = {
  4: { family: 4, value: 0n, mask: 0n },
  6: { family: 6, value: 0n, mask: 0n },
};
