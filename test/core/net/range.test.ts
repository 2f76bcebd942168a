import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { formatRange, inRange, readMasked, readNumber, readPorts, readRange } from '../../../src/core/net/range';

suite('ranges', () => {
  test('ports as iptables takes them: both ends may be left out', () => {
    assert.deepEqual(readPorts('80'), { from: 80, to: 80 });
    assert.deepEqual(readPorts('80:90'), { from: 80, to: 90 });
    assert.deepEqual(readPorts(':90'), { from: 0, to: 90 });
    assert.deepEqual(readPorts('80:'), { from: 80, to: 65535 });
    assert.deepEqual(readPorts('http:https'), { from: 80, to: 443 });
    for (const text of ['', 'x', '80:x', '70000', '80-90']) assert.equal(readPorts(text), undefined, text);
  });

  test('with another separator and another greatest value', () => {
    assert.deepEqual(readRange('1000-1999', '-', 0xffff_ffff), { from: 1000, to: 1999 });
    assert.deepEqual(readRange('7-', '-', 99), { from: 7, to: 99 });
  });

  test('hold both their ends', () => {
    const range = { from: 30000, to: 32767 };
    assert.deepEqual(
      [29999, 30000, 32767, 32768].map((port) => inRange(range, port)),
      [false, true, true, false],
    );
  });

  test('formatting keeps what a reader needs', () => {
    assert.equal(formatRange({ from: 80, to: 80 }), '80');
    assert.match(formatRange({ from: 80, to: 90 }), /^80\D90$/);
  });
});

suite('numbers with a mask', () => {
  test('decimal, hexadecimal, with and without a mask', () => {
    assert.deepEqual(readMasked('0x4000/0x4000'), { value: 0x4000, mask: 0x4000 });
    assert.deepEqual(readMasked('16384'), { value: 0x4000, mask: 0xffff_ffff });
    assert.deepEqual(readMasked('0XFF'), { value: 255, mask: 0xffff_ffff });
    assert.deepEqual(readMasked('0xffffffff/0xf0000000'), { value: 0xffff_ffff, mask: 0xf000_0000 }, 'no sign');
    for (const text of ['', '/', '1/', '/1', 'x', '-1', '1/2/3']) assert.equal(readMasked(text), undefined, text);
  });

  test('are read back from hexadecimal', () => {
    fc.assert(
      fc.property(fc.nat({ max: 0xffff_ffff }), (value) => {
        assert.equal(readNumber(`0x${value.toString(16)}`), value);
        assert.equal(readNumber(String(value)), value);
      }),
    );
  });

  test('text is no number', () => {
    for (const text of ['', '0x', '1.5', ' 1', '1 ', 'NaN', '१']) assert.equal(readNumber(text), undefined, text);
  });
});
