import assert from 'node:assert/strict';
import { test } from 'node:test';
import { html } from '../../src/webview/html';
import { page } from '../../src/webview/page';

const resources = {
  address: (name: string) => `res:${name}`,
  nonce: 'NONCE',
  cspSource: 'res:',
  style: 'h1{}',
  script: 'run()',
};
const parts = { state: { text: '"><script>' }, title: '<b>', main: html`<p>main</p>` };

function policyOf(text: string): string {
  return (/Content-Security-Policy" content="([^"]*)"/.exec(text)?.[1] ?? '').replaceAll('&#39;', "'");
}

test('a page without a dump has its style and its script in itself, and may load nothing', () => {
  const text = page(resources, parts);
  assert.equal(policyOf(text), "default-src 'none'; style-src 'nonce-NONCE'; script-src 'nonce-NONCE'");
  assert.doesNotMatch(text, /res:/);
  assert.ok(text.includes('<style nonce="NONCE">h1{}</style>'));
  assert.ok(text.includes('<script nonce="NONCE">run()</script>'));
});

test('with a dump it may also load the font, and styles may be inline', () => {
  const text = page(resources, { ...parts, pane: html`<aside></aside>` });
  assert.equal(
    policyOf(text),
    "default-src 'none'; style-src res: 'unsafe-inline'; font-src res:; script-src 'nonce-NONCE'",
  );
  assert.deepEqual(text.match(/res:\w+\.js/g), ['res:monaco.js']);
});

test('text in the state and the title stays text', () => {
  const text = page(resources, parts);
  assert.match(text, /<title>&lt;b&gt;<\/title>/);
  assert.doesNotMatch(text, /"><script>/);
});
