import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { lineAt, linesOf } from '../../../src/core/text/lines';

const text = fc.string({ unit: fc.constantFrom('a', ' ', '\r', '\n', '"'), maxLength: 40 });

suite('lines', () => {
  test('are numbered from 1, and have no line end', () => {
    assert.deepEqual(
      [...linesOf('one\r\n\ntwo')],
      [
        { text: 'one', number: 1 },
        { text: '', number: 2 },
        { text: 'two', number: 3 },
      ],
    );
    assert.deepEqual([...linesOf('')], []);
    assert.equal([...linesOf('one\n')].length, 1);
  });

  test('are those of split, but for carriage returns and the empty one at the end', () => {
    fc.assert(
      fc.property(text, (all) => {
        const expected = all.split('\n').map((line) => line.replace(/\r$/, ''));
        if (all === '' || all.endsWith('\n')) expected.pop();
        assert.deepEqual(
          [...linesOf(all)].map((line) => line.text),
          expected,
        );
      }),
    );
  });

  test('an offset is on the line whose line feeds before it are counted', () => {
    fc.assert(
      fc.property(text, fc.nat({ max: 45 }), (all, offset) => {
        assert.equal(lineAt(all, offset), all.slice(0, offset).split('\n').length);
      }),
    );
  });
});
