import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { type Address, BITS, parseAddress } from '../../../src/core/net/address';
import {
  contains,
  covers,
  EVERYWHERE,
  formatNetwork,
  formatPrefix,
  maskOfLength,
  parsePrefix,
  type Prefix,
  prefixLength,
  prefixOf,
  samePrefix,
} from '../../../src/core/net/prefix';
import { addressOf, family, prefix, prefixIn } from '../../support/arbitrary';

function read(text: string): Prefix {
  const found = parsePrefix(text);
  assert.ok(found, text);
  return found;
}

function addressIn(text: string): Address {
  const found = parseAddress(text);
  assert.ok(found, text);
  return found;
}

/** Membership by the definition: the first bits, written out, are the same. */
function sameFirstBits(one: Address, network: Address, length: number): boolean {
  const digits = ({ family: of, value }: Address): string => value.toString(2).padStart(BITS[of], '0').slice(0, length);
  return one.family === network.family && digits(one) === digits(network);
}

suite('prefixes', () => {
  test('a length and a dotted mask say the same', () => {
    assert.ok(samePrefix(read('10.1.0.0/16'), read('10.1.0.0/255.255.0.0')));
    assert.ok(samePrefix(read('10.1.2.3/16'), read('10.1.0.0/16')), 'host bits are cleared');
    assert.ok(samePrefix(read('10.1.2.3'), read('10.1.2.3/32')));
    assert.ok(samePrefix(read('0.0.0.0/0'), EVERYWHERE[4]));
    assert.ok(samePrefix(read('fd00::/8'), read('fd00::/ff00::')));
  });

  test('what is no prefix is none', () => {
    for (const text of [
      '',
      '/',
      '10.0.0.0/33',
      '10.0.0.0/',
      '10.0.0.0/x',
      '10.0.0.0/-1',
      'fd00::/129',
      '10.0.0.0/ff00::',
      'eth0',
    ])
      assert.equal(parsePrefix(text), undefined, text);
  });

  test('a mask with holes, legal in iptables, has no length and is written out', () => {
    const holes = read('10.1.0.7/255.255.0.255');
    assert.equal(prefixLength(holes), undefined);
    assert.equal(formatPrefix(holes), '10.1.0.7/255.255.0.255');
    assert.ok(contains(holes, addressIn('10.1.200.7')));
    assert.ok(!contains(holes, addressIn('10.1.200.8')));
  });

  test('a single address stands alone as a network', () => {
    assert.equal(formatNetwork(read('10.1.2.3/32')), '10.1.2.3');
    assert.equal(formatNetwork(read('10.1.2.0/24')), '10.1.2.0/24');
    assert.equal(formatNetwork(read('fd00::1/128')), 'fd00::1');
  });

  test('contain the addresses with the same first bits, and no others', () => {
    const pair = family.chain((of) => fc.tuple(addressOf(of), addressOf(of), fc.integer({ min: 0, max: BITS[of] })));
    fc.assert(
      fc.property(pair, ([one, network, length]) => {
        assert.equal(contains(prefixOf(network, length), one), sameFirstBits(one, network, length));
      }),
    );
    assert.ok(!contains(EVERYWHERE[4], addressIn('::1')), 'a prefix holds addresses of its own family');
  });

  test('near addresses too: the last one inside, the first one outside', () => {
    const docker = read('10.1.9.0/24');
    assert.ok(contains(docker, addressIn('10.1.9.255')));
    assert.ok(!contains(docker, addressIn('10.1.10.0')));
    assert.ok(!contains(docker, addressIn('10.1.8.255')));
  });

  test('one covers another just when it contains its first and last address', () => {
    const pair = family.chain((of) => fc.tuple(prefixIn(of), prefixIn(of)));
    fc.assert(
      fc.property(pair, ([outer, inner]) => {
        const last = {
          family: inner.family,
          value: inner.value | (maskOfLength(inner.family, BITS[inner.family]) ^ inner.mask),
        };
        assert.equal(covers(outer, inner), contains(outer, inner) && contains(outer, last) && outer.mask <= inner.mask);
      }),
    );
    fc.assert(
      fc.property(prefix, fc.nat({ max: 128 }), (inner, shorter) => {
        const outer = prefixOf(inner, Math.min(shorter, prefixLength(inner) ?? 0));
        assert.ok(covers(outer, inner), 'a shorter prefix of the same address covers it');
        assert.ok(samePrefix(outer, inner) || !covers(inner, outer));
      }),
    );
  });

  test('formatting and parsing are inverse', () => {
    fc.assert(
      fc.property(prefix, (one) => {
        assert.deepEqual(parsePrefix(formatPrefix(one)), one);
        assert.deepEqual(parsePrefix(formatNetwork(one)), one);
      }),
    );
  });

  test('a length outside of the family is taken as the nearest inside, whatever a damaged output says', () => {
    for (const length of [33, 1e24, Infinity]) assert.equal(maskOfLength(4, length), 0xffff_ffffn);
    for (const length of [-1, NaN]) assert.equal(maskOfLength(4, length), 0n);
    assert.equal(maskOfLength(4, 24.5), 0xffff_ff00n);
  });
});
