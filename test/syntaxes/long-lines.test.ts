// A pattern that backtracks over and over turns one long line into a frozen editor.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { depthAfter, loadGrammar } from './grammars.js';
import { cpuTimer } from '../support/cpu-time.js';

/** The editor leaves longer lines plain (editor.maxTokenizationLineLength). */
const length = 20_000;
/** What the best of three attempts may take of the processor's time, in ms: several times what any line takes, and less than a quadratic pattern. */
const limit = 600;

const repeated = [
  'a',
  '0',
  ' ',
  ':',
  '::',
  '"',
  '\\"',
  '\\',
  '/*',
  '/ ',
  '!',
  '[',
  '-',
  '中',
  '->',
  'a:',
  '1,',
  '1.1.1.1,',
];
const words = ['--dport 80 ', '--comment "a', '/* a */ ', '10:', 'NEW,'];

const heads: Readonly<Record<string, readonly string[]>> = {
  'source.iptables-save': ['', '*', ':', '-A X ', '-A X --comment "'],
  'source.iptables-list': ['', 'Chain ', '0 0 A tcp -- * * 0.0.0.0/0 0.0.0.0/0 ', 'A tcp ::/0 ', 'root@x'],
};

suite(`lines of ${length} characters`, () => {
  for (const [scope, starts] of Object.entries(heads)) {
    for (const start of starts) {
      test(`${scope}: ${start || '(nothing before)'}`, async () => {
        const grammar = await loadGrammar(scope);
        for (const unit of [...repeated, ...words]) {
          const line = start + unit.repeat(Math.ceil(length / unit.length)) + ' x';
          let took = Infinity;
          for (let attempt = 0; attempt < 3 && took >= limit; attempt++) {
            const worked = cpuTimer();
            assert.equal(depthAfter(grammar, line), 1, `${start}${unit}… leaves something open`);
            took = worked();
          }
          assert.ok(took < limit, `${start}${unit}… took ${Math.round(took)} ms`);
        }
      });
    }
  }
});
