import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { hostileText } from '../../support/arbitrary';
import { knownHostLine, knownHostName, parseKnownHosts, speaksOf } from '../../../src/nodes/ssh/known-hosts';
import { blobOf, keyPair } from '../support/fake-node';
import { temporaryFolder } from '../support/folder';
import { needs } from '../support/programs';

const KEY = blobOf(keyPair());

const label = fc.string({ unit: fc.constantFrom('a', 'b', 'A', '1', '-'), minLength: 1, maxLength: 3 });
const host = fc.oneof(
  fc.array(label, { minLength: 1, maxLength: 2 }).map((labels) => `h${labels.join('.')}`),
  fc.constantFrom('10.0.0.1', 'fe80::1', 'ha'),
);
const port = fc.constantFrom(22, 2222);
const name = fc.tuple(host, port).map(([of, at]) => knownHostName(of, at));

/** A host's name as a pattern: with wildcards, negated, in capitals. */
const pattern = fc
  .tuple(name, fc.constantFrom('', '!'), fc.nat(5), fc.constantFrom('', '*', '?'), fc.boolean())
  .map(([text, sign, at, wildcard, capitals]) => {
    const changed = wildcard === '' ? text : `${text.slice(0, at)}${wildcard}${text.slice(at + 1)}`;
    return sign + (capitals ? changed.toUpperCase() : changed);
  });
const plain = fc.array(pattern, { minLength: 1, maxLength: 3 }).map((patterns) => patterns.join(','));
const hashed = name.map((text) => knownHostLine(text, KEY, true).split(' ')[0] ?? '');
const marker = fc.constantFrom('', '', '@revoked ', '@cert-authority ');
const line = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(marker, fc.oneof(plain, hashed)).map(([mark, hosts]) => mark + hosts) },
  { weight: 1, arbitrary: fc.constantFrom('# ha', '', '@unknown ha') },
);

suite('known_hosts', () => {
  test('finds the lines that ssh-keygen -F finds', needs('ssh-keygen'), (context) => {
    const file = join(temporaryFolder(context), 'known_hosts');
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 6 }), name, (lines, wanted) => {
        const key = `ssh-ed25519 ${KEY.toString('base64')} comment`;
        const text = lines
          .map((hosts) => (hosts === '' || hosts.startsWith('#') ? hosts : `${hosts} ${key}`))
          .join('\n');
        writeFileSync(file, `${text}\n`);
        const { stdout } = spawnSync('ssh-keygen', ['-F', wanted, '-f', file], { encoding: 'utf8' });
        const theirs = [...stdout.matchAll(/found: line (\d+)/g)].map(([, number]) => Number(number));
        const ours = parseKnownHosts(text).filter(({ hosts }) => speaksOf(hosts, wanted));
        assert.deepEqual(
          ours.map((found) => found.line),
          theirs,
          text,
        );
      }),
      { numRuns: 150 },
    );
  });

  test('ssh-keygen finds the lines that are written', needs('ssh-keygen'), (context) => {
    const file = join(temporaryFolder(context), 'known_hosts');
    for (const hidden of [false, true])
      for (const wanted of ['worker', '[worker]:2222', '[fe80::1]:22022']) {
        writeFileSync(file, `${knownHostLine(wanted, KEY, hidden)}\n`);
        const { stdout } = spawnSync('ssh-keygen', ['-F', wanted, '-f', file], { encoding: 'utf8' });
        assert.match(stdout, /found: line 1/, wanted);
        assert.equal(parseKnownHosts(knownHostLine(wanted, KEY, hidden))[0]?.key.equals(KEY), true);
      }
  });

  test('a line whose key is not of the type it names is passed over', () => {
    const encoded = KEY.toString('base64');
    const text = [`ha ssh-rsa ${encoded}`, 'ha ssh-ed25519 AAAA', 'ha ssh-ed25519', `ha 2048 65537 ${'1'.repeat(30)}`];
    assert.deepEqual(parseKnownHosts(text.join('\n')), []);
    assert.equal(parseKnownHosts(`\tha  ssh-ed25519\t${encoded}\r\n`).length, 1);
  });

  test('reads anything without an error', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        for (const found of parseKnownHosts(text)) speaksOf(found.hosts, 'ha');
        speaksOf(text, 'ha');
      }),
    );
  });
});
