import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type AskedServer, libraryWords } from '../../../src/core/dns/libraries';

const own: AskedServer = { address: '10.0.0.10', cluster: true, answers: true };
const foreign: AskedServer = { address: '192.168.1.1', cluster: false, answers: undefined };
const lost: AskedServer = { ...own, answers: false };

/* resolv.conf(5): in order, the next one after a timeout; NXDOMAIN is an answer. musl, res_msend.c: all at once. */
suite('what a C library makes of its name servers', () => {
  const cases: readonly (readonly [what: string, servers: readonly AskedServer[], glibc: RegExp, musl: RegExp])[] = [
    [
      'the cluster’s alone',
      [own],
      /^it asks 10\.0\.0\.10 first, which knows the name$/,
      /^it asks 10\.0\.0\.10; the cluster's knows/,
    ],
    [
      'a foreign one behind it',
      [own, foreign],
      /^it asks 10\.0\.0\.10 first, which knows the name$/,
      /at once and takes the first answer: that of 192\.168\.1\.1 can win/,
    ],
    [
      'a foreign one before it',
      [foreign, own],
      /^it asks 192\.168\.1\.1 first, and takes its answer, also where that is that there is no such name$/,
      /that of 192\.168\.1\.1 can win/,
    ],
    [
      'one that cannot be reached, and a foreign one',
      [lost, foreign],
      /^it asks 10\.0\.0\.10 first and waits for it in vain; then it asks 192\.168\.1\.1, and takes its answer/,
      /takes the answer of 192\.168\.1\.1, also where that is/,
    ],
    [
      'one that cannot be reached',
      [lost],
      /in vain; so the name is not resolved$/,
      /in vain, so the name is not resolved$/,
    ],
  ];
  for (const [what, servers, glibc, musl] of cases)
    test(what, () => {
      assert.match(libraryWords('glibc', servers, true), glibc);
      assert.match(libraryWords('musl', servers, true), musl);
    });

  test('a name that the library does not find, whoever is asked', () => {
    assert.match(libraryWords('musl', [own], false), /as many dots as ndots, and does not find it$/);
  });
});
