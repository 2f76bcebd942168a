import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DumpPlace } from '../../../src/webview/messages';
import { Hovers } from '../../../src/webview/monaco/hovers';

const place: DumpPlace = { node: 'worker', namespace: 'host', output: 'iptables-save', line: 3, column: 1 };
const never = (): void => undefined;

test('each question gets its own answer, in whatever order they come', async () => {
  const asked: number[] = [];
  const hovers = new Hovers((id) => asked.push(id));
  const [first, second] = [hovers.ask(place, never), hovers.ask({ ...place, line: 4 }, never)];
  assert.equal(new Set(asked).size, 2);
  hovers.answer(asked[1]!, ['of line 4']);
  hovers.answer(asked[0]!, ['of line 3']);
  assert.deepEqual(await Promise.all([first, second]), [['of line 3'], ['of line 4']]);
});

test('a question that is cancelled is answered with nothing, and a late answer is no harm', async () => {
  const asked: number[] = [];
  const hovers = new Hovers((id) => asked.push(id));
  let cancel = never;
  const answer = hovers.ask(place, (cancelled) => (cancel = cancelled));
  cancel();
  hovers.answer(asked[0]!, ['too late']);
  assert.deepEqual(await answer, []);
});
