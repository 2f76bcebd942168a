import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { Regions } from '../../../src/nodes/batch/regions';

/** What is found in a stream that comes in these pieces. */
function read(pieces: readonly Buffer[]): unknown[] {
  const found: { name: string; text: string; code?: number }[] = [];
  const regions = new Regions('N0nce', {
    onStart: (name) => found.push({ name, text: '' }),
    onData: (name, bytes) => {
      const last = found.at(-1);
      assert.equal(last?.name, name);
      last.text += bytes.toString('latin1');
    },
    onEnd: (name, code) => {
      const last = found.at(-1);
      assert.equal(last?.name, name);
      last.code = code;
    },
  });
  for (const piece of pieces) regions.push(piece);
  return found;
}

const STREAM = Buffer.from(
  'Welcome!\nN0nce start a\nfirst\nN0nce end a 0\nnoise N0nce start b\nno newline, N0ncN0nce end b 3\nN0nce start c\nN0nce end c 0\nBye',
);
const FOUND = [
  { name: 'a', text: 'first\n', code: 0 },
  { name: 'b', text: 'no newline, N0nc', code: 3 },
  { name: 'c', text: '', code: 0 },
];

suite('marks in a stream', () => {
  test('however it is cut into pieces', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(STREAM.length)), (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), STREAM.length];
        assert.deepEqual(read(at.slice(1).map((end, index) => STREAM.subarray(at[index], end))), FOUND);
      }),
    );
  });

  test('what a command prints is passed on before its end', () => {
    assert.deepEqual(read([Buffer.from('N0nce start a\nso far so good')]), [{ name: 'a', text: 'so far so' }]);
  });
});
