import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { suite, test } from 'node:test';
import { EXPRESSIONS } from '../../../src/webview/monaco/expressions';
import { loadGrammar, readRepositoryFile, tokenize } from '../../syntaxes/grammars';

/* What the page's expressions make of dumps must be what the editor's make of them. */
for (const language of ['iptables-save', 'iptables-list'])
  suite(`${language}: the tokens in a page are those in the editor`, async () => {
    const [page, editor] = await Promise.all([
      loadGrammar(`source.${language}`, EXPRESSIONS),
      loadGrammar(`source.${language}`),
    ]);
    for (const path of texts())
      test(path, () => {
        const text = readRepositoryFile(path);
        assert.deepEqual(tokenize(page, text), tokenize(editor, text));
      });
  });

/** Dumps, and what else people paste beside them. */
function texts(): string[] {
  const all = [
    'test/fixtures/save',
    'test/fixtures/listings',
    'test/fixtures/syntaxes',
    'test/fixtures/routes',
    'media/demo',
  ].flatMap((folder) =>
    readdirSync(folder, { recursive: true }).map((file) => `${folder}/${String(file).replaceAll('\\', '/')}`),
  );
  const found = all.filter((path) => /\.(txt|rules|iptables\S*|v4|v6|save|list)$/.test(path));
  assert.ok(found.length > 20, 'the fixtures are where they are looked for');
  return found;
}
