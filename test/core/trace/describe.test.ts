import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { describe, markdown } from '../../../src/core/trace/describe';
import type { TraceResult } from '../../../src/core/trace/result';
import { trace } from '../../../src/core/trace/trace';
import { demoClusters } from '../../support/demo';

async function traced(): Promise<TraceResult> {
  const result = trace((await demoClusters()).second, { from: 'worker', to: '10.0.0.103:80' });
  assert.ok('value' in result);
  return result.value;
}

suite('a trace to be passed on', () => {
  test('in text: the answer first, every outcome, and the steps of the one that was seen', async () => {
    const result = await traced();
    const lines = [...describe(result)];
    assert.equal(lines[0], result.answer);
    assert.equal(lines.filter((line) => /^Outcome \d: /.test(line)).length, result.outcomes.length);
    assert.equal(lines.filter((line) => /^ {2}reply: /.test(line)).length, 1);
    assert.ok(lines.some((line) => line.includes('rp-filter') && line.includes('dropped')));
  });

  test('in Markdown: what comes from a node cannot become markup', async () => {
    const result = await traced();
    const hostile = { ...result, answer: 'a *b* [c](http://d) <img> `e`' };
    const [first] = markdown(hostile).split('\n');
    assert.equal(first, '**a \\*b\\* \\[c\\](http://d) \\<img\\> \\`e\\`**');
    assert.match(markdown(result), /\n```text\n[^]*\n```\n$/);
    const fenced = markdown({ ...result, assumed: [{ code: 'x', node: null, text: '`````' }] });
    assert.match(fenced, /\n``````text\n[^]*\n``````\n$/);
  });
});
