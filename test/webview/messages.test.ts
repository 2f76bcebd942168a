import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { isFromPage, isPageState } from '../../src/webview/messages';
import { isToPage } from '../../src/webview/to-page';

const source = { node: 'worker', namespace: 'host', output: 'iptables-save', line: 3 };
const shown = { step: 'outcome-1-request-2', source };
const state = { clusterUri: 'file:///a', from: 'worker', to: 'svc:a/b', changes: [], facts: [], captures: [] };
const capture = {
  node: 'worker',
  namespace: 'host',
  interface: 'eth0',
  title: 'eth0.pcap',
  from: { uri: 'file:///a' },
};
const dump = { title: 'worker iptables-save', language: 'iptables-save', text: '*nat\n', source, matched: [3, 5] };

const cases: readonly (readonly [what: string, check: (value: unknown) => boolean, good: unknown[], bad: unknown[]])[] =
  [
    [
      'what the page asks of a dump',
      isFromPage,
      [
        { type: 'show-dump', shown },
        { type: 'close-dump' },
        { type: 'ready' },
        { type: 'stop-comparing' },
        { type: 'remove-capture', at: 0 },
        { type: 'trace-to', to: '10.0.0.10:53', protocol: 'udp' },
        { type: 'dump-ready' },
        { type: 'hover', id: 1, place: { ...source, column: 1 } },
      ],
      [
        undefined,
        [],
        { type: 'show-dump' },
        { type: 'remove-capture' },
        { type: 'trace-to', to: '10.0.0.10:53' },
        { type: 'show-dump', shown: { ...shown, step: 2 } },
        { type: 'show-dump', shown: { ...shown, source: { ...source, line: '3' } } },
        { type: 'hover', id: '1', place: { ...source, column: 1 } },
        { type: 'hover', id: 1, place: source },
        { type: 'hover', id: 1, place: { ...source, column: 0 } },
        { type: 'hover', id: 1, place: { ...source, column: 1.5 } },
      ],
    ],
    [
      'what a page keeps',
      isPageState,
      [
        state,
        { ...state, shown: undefined },
        { ...state, shown },
        { ...state, captures: [capture, { ...capture, interface: undefined, from: { text: '' } }] },
        { ...state, comparedWith: 'id' },
      ],
      [
        { ...state, shown: {} },
        { ...state, shown: { step: shown.step } },
        { ...state, shown: null },
        { ...state, captures: undefined },
        { ...state, captures: [{ ...capture, from: {} }] },
        { ...state, captures: [{ ...capture, node: 1 }] },
        { ...state, comparedWith: 1 },
      ],
    ],
    [
      'what the editor tells the page',
      isToPage,
      [
        { type: 'dump', dump, focus: true },
        { type: 'contents', contents: '<h1></h1>', state },
        { type: 'hover', id: 7, paragraphs: [] },
        { type: 'hover', id: 7, paragraphs: ['one', 'two'] },
      ],
      [
        null,
        { type: 'dump', dump },
        { type: 'contents', contents: '<h1></h1>', state: {} },
        { type: 'contents', state },
        { type: 'dump', dump: { ...dump, matched: ['3'] }, focus: false },
        { type: 'dump', dump: { ...dump, text: undefined }, focus: false },
        { type: 'hover', id: 7, paragraphs: 'one' },
        { type: 'hover', paragraphs: [] },
        { type: 'other' },
      ],
    ],
  ];

for (const [what, check, good, bad] of cases)
  suite(what, () => {
    for (const value of good)
      test(`taken: ${JSON.stringify(value)}`, () => {
        assert.equal(check(value), true);
      });
    for (const value of bad)
      test(`refused: ${JSON.stringify(value)}`, () => {
        assert.equal(check(value), false);
      });
  });
