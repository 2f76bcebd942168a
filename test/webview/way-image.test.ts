import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { likeliest } from '../../src/core/trace/likeliest';
import type { Outcome, TraceResult } from '../../src/core/trace/result';
import { trace } from '../../src/core/trace/trace';
import { wayImage } from '../../src/webview/way-image';
import type { PageWords } from '../../src/webview/page-words';
import { demoClusters } from '../support/demo';

const VERDICTS = { 'no-reply': 'no reply', dropped: 'dropped' };
const words = {
  verdicts: VERDICTS,
  request: 'Request',
  reply: 'Reply',
  in: 'in',
  out: 'out',
  inTunnel: 'in the tunnel',
  delivered: 'delivered',
} as unknown as PageWords;

async function drawn(answer?: string): Promise<string> {
  const traced = trace((await demoClusters()).second, { from: 'worker', to: '10.0.0.103:80' });
  assert.ok('value' in traced);
  const result: TraceResult = traced.value;
  const outcome: Outcome | undefined = likeliest(result);
  assert.ok(outcome);
  return wayImage(words, { answer: answer ?? result.answer }, outcome);
}

/** The texts of the image, in their order. */
const texts = (image: string): string[] =>
  [...image.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, one]) => one ?? '');

suite('the drawing of a trace as an image', () => {
  test('has the answer, a column for each namespace, and the stops as the packet passes them', async () => {
    const image = texts(await drawn());
    assert.match(image.join(' '), /^worker → default\/g4 .* gets no reply/);
    for (const text of [
      'worker',
      'master',
      'master/default/g4',
      'Request →',
      'Reply ←',
      '2 flannel0 out',
      '3 eth0 out in the tunnel',
      '8 delivered',
    ])
      assert.ok(image.includes(text), text);
    assert.ok(image.some((text) => /^5 dropped: rp_filter/.test(text)));
  });

  test('needs nothing from elsewhere, and no script', async () => {
    const image = await drawn();
    assert.deepEqual(
      [...image.matchAll(/https?:[^"]*/g)].map(([address]) => address),
      ['http://www.w3.org/2000/svg'],
    );
    assert.doesNotMatch(image, /<script|href|url\(|@import|foreignObject/i);
  });

  test('shows text of nodes as text', async () => {
    const image = await drawn('<script>"&');
    assert.match(image, /&lt;script&gt;&quot;&amp;/);
  });

  test('everything is inside of it', async () => {
    const image = await drawn();
    const size = /width="([\d.]+)"\s+height="([\d.]+)"\s+viewBox/.exec(image)?.slice(1).map(Number) ?? [];
    const boxes = [...image.matchAll(/<rect\s+x="([\d.]+)"\s+y="([\d.]+)"\s+width="([\d.]+)"\s+height="([\d.]+)"/g)];
    assert.ok(boxes.length > 8);
    for (const [, ...sides] of boxes) {
      const [x = 0, y = 0, width = 0, height = 0] = sides.map(Number);
      assert.ok(x + width <= (size[0] ?? 0) && y + height <= (size[1] ?? 0), sides.join());
    }
  });
});
