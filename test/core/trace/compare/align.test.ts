import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { align } from '../../../../src/core/trace/compare/align';

/** `=` in both, `+` here alone, `-` there alone. */
function inWords(here: string, there: string): string {
  const pairs = [...align(Array.from(here), Array.from(there), (one, other) => one === other)];
  return pairs
    .map((pair) =>
      pair.there === undefined ? `+${pair.here ?? ''}` : `${pair.here === undefined ? '-' : '='}${pair.there}`,
    )
    .join(' ');
}

suite('what two lists have in common', () => {
  for (const [here, there, expected] of [
    ['', '', ''],
    ['abc', 'abc', '=a =b =c'],
    ['abxc', 'abc', '=a =b +x =c'],
    ['abc', 'abxc', '=a =b -x =c'],
    ['axc', 'ayc', '=a -y +x =c'],
    ['ab', '', '+a +b'],
  ] as const)
    test(`${here} against ${there}`, () => {
      assert.equal(inWords(here, there), expected);
    });

  test('nothing is lost, and the order stays', () => {
    const words = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 });
    fc.assert(
      fc.property(words, words, (here, there) => {
        const pairs = [...align(here, there, (one, other) => one === other)];
        assert.deepEqual(
          pairs.flatMap((pair) => pair.here ?? []),
          here,
        );
        assert.deepEqual(
          pairs.flatMap((pair) => pair.there ?? []),
          there,
        );
        for (const pair of pairs)
          if (pair.here !== undefined && pair.there !== undefined) assert.equal(pair.here, pair.there);
      }),
    );
  });
});
