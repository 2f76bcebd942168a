import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { suite, test } from 'node:test';
import { depthAfter, isVisible, loadGrammar, readRepositoryFile, tokenize } from './grammars.js';

const folder = 'test/fixtures/syntaxes/';
const scopeOf = (file: string): string =>
  file.endsWith('.iptables-list') ? 'source.iptables-list' : 'source.iptables-save';

suite('every word of a dump has a look', () => {
  for (const file of readdirSync(new URL(`../../${folder}`, import.meta.url))) {
    test(file, async () => {
      const grammar = await loadGrammar(scopeOf(file));
      const bare = tokenize(grammar, readRepositoryFile(folder + file))
        .filter((token) => token.text.trim() !== '' && !token.scopes.some(isVisible))
        .map((token) => `${token.line + 1}: ${token.text.trim()}`);
      assert.deepEqual(bare, []);
    });

    test(`${file}: no line leaves anything open`, async () => {
      const grammar = await loadGrammar(scopeOf(file));
      for (const line of readRepositoryFile(folder + file).split('\n')) {
        assert.equal(depthAfter(grammar, line), 1, line);
      }
    });
  }
});
