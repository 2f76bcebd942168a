import { suite, test } from 'node:test';
import fc from 'fast-check';
import assert from 'node:assert/strict';
import { tcp, view } from '../../../support/packets';
import { assertMatches, matches } from '../../../support/rules';

const marked = (mark: number): ReturnType<typeof view> => view(tcp('1.1.1.1:1', '2.2.2.2:2', { mark }));
const bits = fc.nat({ max: 0xffff_ffff });

suite('-m mark', () => {
  test('compares all bits, or those of a mask', () => {
    assertMatches(marked(0x24000), {
      '-m mark --mark 0x24000': true,
      '-m mark --mark 147456': true,
      '-m mark --mark 0x4000': false,
      '-m mark --mark 0x4000/0x4000': true,
      '-m mark ! --mark 0x4000/0x4000': false,
      '-m mark --mark 0x0/0x4000': false,
      '-m mark --mark 0x0/0x8000': true,
    });
  });

  test('has no sign: the highest bit is a bit like the others', () => {
    assertMatches(marked(0xffff_ffff), {
      '-m mark --mark 0xffffffff': true,
      '-m mark --mark 0x80000000/0x80000000': true,
      '-m mark --mark 0/0x80000000': false,
    });
  });

  test('is (mark & mask) == value', () => {
    fc.assert(
      fc.property(bits, bits, bits, (mark, mask, value) => {
        const hit = (BigInt(mark) & BigInt(mask)) === BigInt(value);
        assert.equal(matches(`-m mark --mark ${value}/${mask}`, marked(mark)), hit);
        assert.equal(matches(`-m mark --mark ${Number(BigInt(mark) & BigInt(mask))}/${mask}`, marked(mark)), true);
      }),
    );
  });
});
