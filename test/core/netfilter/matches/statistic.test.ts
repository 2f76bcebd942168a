import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { percent } from '../../../../src/core/netfilter/matches/statistic';
import { tcp, view } from '../../../support/packets';
import { matches } from '../../../support/rules';

function chance(body: string): number {
  const answer = matches(body, view(tcp('1.1.1.1:1', '2.2.2.2:2')));
  assert.ok(typeof answer === 'object' && answer.kind === 'chance', body);
  return answer.probability;
}

suite('-m statistic', () => {
  test('random: a draw, never rolled', () => {
    assert.equal(chance('-m statistic --mode random --probability 0.33333333349'), 0.33333333349);
    assert.equal(chance('-m statistic --mode random ! --probability 0.25'), 0.75);
    assert.equal(chance('-m statistic --mode random --probability 1'), 1);
  });

  test('nth: which of the packets this is, a dump does not say', () => {
    assert.equal(chance('-m statistic --mode nth --every 4 --packet 3'), 0.25);
    assert.equal(chance('-m statistic --mode nth --every 2'), 0.5);
    assert.equal(chance('-m statistic --mode nth ! --every 4'), 0.75);
  });

  test('what is no probability cannot be read', () => {
    for (const body of [
      '--mode random --probability 1.5',
      '--mode random --probability x',
      '--mode random',
      '--mode nth --every 0',
      '--probability 0.5',
      '--mode nth --probability 0.5',
    ]) {
      const answer = matches(`-m statistic ${body}`, view(tcp('1.1.1.1:1', '2.2.2.2:2')));
      assert.ok(typeof answer === 'object' && answer.kind === 'unknown', body);
    }
  });

  test('a share in words has one digit at most', () => {
    assert.deepEqual([0.5, 1 / 3, 0.0001, 1].map(percent), ['50 %', '33.3 %', '0 %', '100 %']);
  });
});
