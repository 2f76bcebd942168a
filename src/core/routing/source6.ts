import type { Address } from '../net/address';
import { contains, parsePrefix, type Prefix } from '../net/prefix';
import type { Interface, InterfaceAddress } from './interface';

/** Labels of RFC 6724 §2.1, as net/ipv6/addrlabel.c has them; the longest prefix counts. */
const LABELS: readonly (readonly [Prefix | undefined, number])[] = [
  [parsePrefix('::1/128'), 0],
  [parsePrefix('::ffff:0:0/96'), 4],
  [parsePrefix('::/96'), 3],
  [parsePrefix('2001::/32'), 6],
  [parsePrefix('2001:10::/28'), 7],
  [parsePrefix('3ffe::/16'), 12],
  [parsePrefix('2002::/16'), 2],
  [parsePrefix('fec0::/10'), 11],
  [parsePrefix('fc00::/7'), 5],
];
const OTHER_LABEL = 1;

/**
 * The IPv6 source address for a packet that leaves by `device`: of all interfaces' addresses the best by RFC 6724 §5
 * (net/ipv6/addrconf.c `ipv6_dev_get_saddr`). For a destination on the link alone only `device` counts, where it is known.
 */
export function selectSource6(
  interfaces: readonly Interface[],
  device: string | undefined,
  destination: Address,
): Address | undefined {
  const onLink = device !== undefined && scopeOf(destination) <= LINK;
  const candidates = interfaces
    .filter((one) => one.name === device || !onLink)
    .flatMap((one) => one.addresses.map((own) => ({ own, score: scoreOf(own, one.name === device, destination) })))
    .filter(({ own }) => own.address.family === 6);
  const best = candidates.reduce<(typeof candidates)[number] | undefined>(
    (sofar, next) => (!sofar || isBetter(next.score, sofar.score) ? next : sofar),
    undefined,
  );
  return best?.own.address;
}

/** The rules in their order: the greater value is better, and the first that differs decides. */
function scoreOf({ address, network }: InterfaceAddress, onDevice: boolean, destination: Address): number[] {
  const scope = scopeOf(address);
  const wanted = scopeOf(destination);
  return [
    Number(address.value === destination.value),
    scope >= wanted ? -scope : scope - 128,
    Number(onDevice),
    Number(labelOf(address) === labelOf(destination)),
    Math.min(commonBits(address, destination), lengthOf(network)),
  ];
}

function isBetter(a: readonly number[], b: readonly number[]): boolean {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at >= 0 && (a[at] ?? 0) > (b[at] ?? 0);
}

const HOST = 1;
const LINK = 2;
const SITE = 5;
const GLOBAL = 14;

/** RFC 4007 scopes by number. */
function scopeOf({ value }: Address): number {
  if (value === 1n) return HOST;
  const first = Number(value >> 112n);
  if (first >> 8 === 0xff) return first & 15;
  if ((first & 0xffc0) === 0xfe80) return LINK;
  return (first & 0xffc0) === 0xfec0 ? SITE : GLOBAL;
}

function labelOf(address: Address): number {
  return LABELS.find(([prefix]) => prefix && contains(prefix, address))?.[1] ?? OTHER_LABEL;
}

function commonBits(a: Address, b: Address): number {
  const differing = a.value ^ b.value;
  return differing === 0n ? 128 : 128 - differing.toString(2).length;
}

function lengthOf({ mask }: Prefix): number {
  return mask.toString(2).replace(/0+$/, '').length;
}
