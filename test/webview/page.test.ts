import assert from 'node:assert/strict';
import { test } from 'node:test';
import { html } from '../../src/webview/html';
import { page } from '../../src/webview/page';

const resources = { address: (name: string) => `res:${name}`, nonce: 'NONCE', cspSource: 'res:' };
const parts = { state: { text: '"><script>' }, title: '<b>', main: html`<p>main</p>` };

function policyOf(text: string): string {
  return (/Content-Security-Policy" content="([^"]*)"/.exec(text)?.[1] ?? '').replaceAll('&#39;', "'");
}

test('a page without a dump may load its own style and the script with its nonce, and nothing else', () => {
  const text = page(resources, parts);
  assert.equal(policyOf(text), "default-src 'none'; style-src res:; script-src 'nonce-NONCE'");
  assert.deepEqual(text.match(/res:\w+\.\w+/g), ['res:trace.css', 'res:trace.js']);
});

test('with a dump it may also load the font, and styles may be inline', () => {
  const text = page(resources, { ...parts, pane: html`<aside></aside>` });
  assert.equal(
    policyOf(text),
    "default-src 'none'; style-src res: 'unsafe-inline'; font-src res:; script-src 'nonce-NONCE'",
  );
  assert.deepEqual(text.match(/res:\w+\.js/g), ['res:trace.js', 'res:monaco.js']);
});

test('text in the state and the title stays text', () => {
  const text = page(resources, parts);
  assert.match(text, /<title>&lt;b&gt;<\/title>/);
  assert.doesNotMatch(text, /"><script>/);
});
