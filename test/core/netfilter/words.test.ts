import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { quoteWord, splitWords } from '../../../src/core/netfilter/words';
import { hostileText } from '../../support/arbitrary';

function texts(line: string): string[] {
  return splitWords(line).words.map((word) => word.text);
}

/** Each line was given to iptables-restore 1.8.9, nft and legacy. */
suite('the words of a rule', () => {
  test('are separated by blanks', () => {
    assert.deepEqual(texts('-p tcp\t--dport  80 '), ['-p', 'tcp', '--dport', '80']);
    assert.deepEqual(texts(''), []);
    assert.deepEqual(texts('  \t '), []);
  });

  test('double quotes group, and a backslash inside them takes the next character as it is', () => {
    assert.deepEqual(texts('--comment "a \\"b\\" \\\\c \\\' -j DROP" -j ACCEPT'), [
      '--comment',
      'a "b" \\c \' -j DROP',
      '-j',
      'ACCEPT',
    ]);
    assert.deepEqual(texts('--comment ""'), ['--comment', '']);
  });

  test('outside of quotes a backslash and an apostrophe are themselves', () => {
    assert.deepEqual(texts("--comment a\\b 'c d'"), ['--comment', 'a\\b', "'c", "d'"]);
  });

  test('a quote may open within a word, and its end is the end of the word', () => {
    assert.deepEqual(texts('ab"cd"'), ['abcd']);
    assert.deepEqual(texts('"a"b'), ['a', 'b']);
    assert.deepEqual(texts('"a""b"'), ['a', 'b']);
  });

  test('know whether they were quoted: a quoted "!" or "-j" is a value', () => {
    assert.deepEqual(
      splitWords('! "!" -j "-j"').words.map((word) => word.quoted),
      [false, true, false, true],
    );
  });

  test('a quote that is not closed is told, and its text is kept', () => {
    const { words, open } = splitWords('-m comment --comment "cut off here');
    assert.equal(open, true);
    assert.equal(words.at(-1)?.text, 'cut off here');
    assert.equal(splitWords('--comment "a\\').open, true);
  });

  test('know where they stand in the line', () => {
    fc.assert(
      fc.property(hostileText, fc.nat({ max: 10 }), (line, from) => {
        let last = from;
        for (const { text, start, end, quoted } of splitWords(line, from).words) {
          assert.ok(start >= last && end > start && end <= line.length);
          assert.match(line.slice(last, start), /^[ \t\r]*$/, 'between words are blanks');
          if (!quoted) assert.equal(line.slice(start, end), text);
          last = end;
        }
        assert.match(line.slice(last), /^[ \t\r]*$/);
      }),
    );
  });
});

suite('a value as iptables-save prints it', () => {
  test('stands unquoted only when it is made of letters, digits, dash and underscore', () => {
    const printed: readonly (readonly [string, string])[] = [
      ['abcd', 'abcd'],
      ['-j', '-j'],
      ['under_score-9', 'under_score-9'],
      ['', '""'],
      ['!', '"!"'],
      ['a b', '"a b"'],
      ['a\\b', '"a\\\\b"'],
      ['a"b\\c\'d', '"a\\"b\\\\c\\\'d"'],
      ['default/g4:', '"default/g4:"'],
      ['中文', '"中文"'],
    ];
    for (const [value, text] of printed) assert.equal(quoteWord(value), text);
  });

  test('is read back as it was', () => {
    fc.assert(
      fc.property(hostileText, (value) => {
        const { words, open } = splitWords(quoteWord(value));
        assert.equal(open, false);
        assert.deepEqual(
          words.map((word) => word.text),
          [value],
        );
      }),
    );
  });

  test('is read back among others', () => {
    fc.assert(
      fc.property(fc.array(hostileText), (values) => {
        assert.deepEqual(texts(values.map(quoteWord).join(' ')), values);
      }),
    );
  });
});
