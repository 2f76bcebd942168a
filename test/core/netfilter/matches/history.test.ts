import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { tcp, view } from '../../../support/packets';
import { assertMatches, matches } from '../../../support/rules';

const FIRST = view(tcp('10.1.9.7:50712', '10.0.0.103:80'));

/** What is taken for granted of a first packet, and said to be. */
function assumed(body: string): boolean {
  const answer = matches(body, FIRST);
  assert.ok(typeof answer === 'object' && answer.kind === 'assumed', body);
  assert.notEqual(answer.text, '');
  return answer.value;
}

suite('matches that depend on the packets before', () => {
  test('-m limit: a bucket that is still full', () => {
    assert.equal(assumed('-m limit --limit 5/sec --limit-burst 10'), true);
    assert.equal(assumed('-m limit'), true);
    assert.equal(assumed('-m limit ! --limit 5/sec'), false);
  });

  test('-m hashlimit: likewise, in both of its senses', () => {
    assert.equal(assumed('-m hashlimit --hashlimit-upto 5/sec --hashlimit-name x'), true);
    assert.equal(assumed('-m hashlimit --hashlimit 5/sec --hashlimit-name x'), true, 'the old spelling');
    assert.equal(assumed('-m hashlimit --hashlimit-above 5/sec --hashlimit-name x'), false);
    assert.equal(assumed('-m hashlimit ! --hashlimit-upto 5/sec --hashlimit-name x'), false);
  });

  test('-m recent: the list does not hold the address yet', () => {
    assert.equal(
      assumed('-m recent --rcheck --seconds 10800 --reap --name KUBE-SEP-X --mask 255.255.255.255 --rsource'),
      false,
    );
    assert.equal(assumed('-m recent --update --seconds 60 --hitcount 4 --name ssh'), false);
    assert.equal(assumed('-m recent ! --rcheck --name ssh'), true);
    assert.equal(assumed('-m recent --remove --name ssh'), false);
  });

  test('-m recent --set notes the address, and matches for certain', () => {
    assertMatches(FIRST, {
      '-m recent --set --name KUBE-SEP-X --mask 255.255.255.255 --rsource': true,
      '-m recent ! --set --name x': false,
    });
  });

  test('-m connlimit: this is the only connection of its client', () => {
    assert.equal(assumed('-m connlimit --connlimit-above 2'), false);
    assert.equal(assumed('-m connlimit --connlimit-above 0'), true);
    assert.equal(assumed('-m connlimit --connlimit-upto 1'), true);
    assert.equal(assumed('-m connlimit --connlimit-upto 0'), false);
    assert.equal(assumed('-m connlimit ! --connlimit-above 2'), true);
  });

  test('-m quota is not used up', () => {
    assert.equal(assumed('-m quota --quota 1000'), true);
    assert.equal(assumed('-m quota ! --quota 1000'), false);
  });

  test('without what they need they cannot be read', () => {
    for (const body of [
      '-m recent --name x',
      '-m hashlimit --hashlimit-name x',
      '-m quota',
      '-m connlimit --connlimit-mask 24',
    ]) {
      const answer = matches(body, FIRST);
      assert.ok(typeof answer === 'object' && answer.kind === 'unknown', body);
    }
  });
});
