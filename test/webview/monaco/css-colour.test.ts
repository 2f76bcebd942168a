import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hexColour } from '../../../src/webview/monaco/css-colour';

const cases: readonly (readonly [css: string, hex: string | undefined])[] = [
  ['#1f1f1f', '#1f1f1f'],
  [' #FFF ', '#FFF'],
  ['#264f7880', '#264f7880'],
  ['rgb(255, 0, 16)', '#ff0010ff'],
  ['rgba(38, 79, 120, 0.5)', '#264f7880'],
  ['rgb(38 79 120 / 1)', '#264f78ff'],
  ['#12345', undefined],
  ['rgb(1, 2)', undefined],
  ['rgb(10%, 20%, 30%)', undefined],
  ['color-mix(in srgb, red, blue)', undefined],
  ['Consolas, monospace', undefined],
  ['', undefined],
];

for (const [css, hex] of cases)
  test(`${css === '' ? 'nothing' : css} as Monaco takes it`, () => {
    assert.equal(hexColour(css), hex);
  });
