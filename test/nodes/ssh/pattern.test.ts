import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { matchesPattern, matchesPatterns } from '../../../src/nodes/ssh/pattern';
import { cpuTimer } from '../../support/cpu-time';

suite('patterns of ssh_config', () => {
  test('as a regular expression says', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '.', '[', '\\'), maxLength: 8 });
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '.', '[', '\\', '*', '?'), maxLength: 8 });
    fc.assert(
      fc.property(text, pattern, (name, glob) => {
        const source = glob
          .replace(/[.[\\]/g, '\\$&')
          .replaceAll('*', '.*')
          .replaceAll('?', '.');
        assert.equal(matchesPattern(name, glob), new RegExp(`^${source}$`).test(name));
      }),
      { numRuns: 2000 },
    );
  });

  test('many stars are no trouble', () => {
    const worked = cpuTimer();
    assert.equal(matchesPattern('a'.repeat(5_000), `${'*a'.repeat(50)}b`), false);
    assert.ok(worked() < 1_000);
  });

  test('one that forbids outweighs all that allow', () => {
    assert.equal(matchesPatterns('web1', ['web*', '!web1']), false);
    assert.equal(matchesPatterns('web2', ['!web1', 'web*']), true);
    assert.equal(matchesPatterns('web2', ['!web1']), false);
  });
});
