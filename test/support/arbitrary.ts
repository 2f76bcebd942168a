import fc from 'fast-check';
import { type Address, BITS, type Family } from '../../src/core/net/address';
import { type Prefix, prefixOf } from '../../src/core/net/prefix';

/** Values of the field, for laws that hold for all of them. */
export const family: fc.Arbitrary<Family> = fc.constantFrom(4, 6);

export function addressOf(of: Family): fc.Arbitrary<Address> {
  return fc.bigInt({ min: 0n, max: (1n << BigInt(BITS[of])) - 1n }).map((value) => ({ family: of, value }));
}

export const address: fc.Arbitrary<Address> = family.chain(addressOf);

export function prefixIn(of: Family): fc.Arbitrary<Prefix> {
  return fc.tuple(addressOf(of), fc.integer({ min: 0, max: BITS[of] })).map(([base, length]) => prefixOf(base, length));
}

export const prefix: fc.Arbitrary<Prefix> = family.chain(prefixIn);

/** Text that a careless reader stumbles over: control characters, quotes, blanks, letters of other scripts. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom('"', "'", '\\', ' ', '\t', '\n', '\r', '-', '!', ':', '*', '[', ']', 'A', '测', '\0'),
  }),
);
