import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { keyTypeOf } from '../../../src/nodes/ssh/host-key';
import { knownHostName, parseKnownHosts } from '../../../src/nodes/ssh/known-hosts';
import { HostTrust, type Verdict } from '../../../src/nodes/ssh/trust';
import { blobOf, keyPair } from '../support/fake-node';

const FIRST = blobOf(keyPair());
const SECOND = blobOf(keyPair());
const ECDSA = blobOf(keyPair('ecdsa'));

function line(hosts: string, key: Buffer): string {
  return `${hosts} ${keyTypeOf(key) ?? ''} ${key.toString('base64')}`;
}

/** What these lines say of a key of worker's. */
function verdict(lines: readonly string[], key: Buffer, port = 22): Verdict {
  const known = parseKnownHosts(lines.join('\n')).map((one) => ({ ...one, file: 'known_hosts' }));
  const name = knownHostName('worker', port);
  return new HostTrust(known, name, port === 22 ? undefined : 'worker').verdict(keyTypeOf(key) ?? '', key);
}

suite('what known_hosts says of a key', () => {
  test('trusted, changed with the line that disagrees, unknown', () => {
    assert.equal(verdict([line('worker', FIRST)], FIRST).kind, 'trusted');
    const changed = verdict([line('other', SECOND), line('w*', FIRST)], SECOND);
    assert.ok(changed.kind === 'changed' && changed.by.line === 2);
    assert.equal(verdict([line('other', FIRST)], FIRST).kind, 'unknown');
    assert.equal(verdict([line('worker', FIRST), line('worker', SECOND)], SECOND).kind, 'trusted');
  });

  test('keys are compared with those of their type; the others are told', () => {
    const unknown = verdict([line('worker', FIRST)], ECDSA);
    assert.ok(unknown.kind === 'unknown');
    assert.deepEqual(
      unknown.others.map((other) => other.keyType),
      ['ssh-ed25519'],
    );
  });

  test('revoked outweighs everything', () => {
    const lines = [line('worker', FIRST), line('@revoked *', FIRST)];
    assert.equal(verdict(lines, FIRST).kind, 'revoked');
    assert.equal(verdict(lines, FIRST, 2222).kind, 'revoked');
    assert.equal(verdict([line('@revoked *', SECOND)], FIRST).kind, 'unknown');
  });

  test('an authority is told and does not count as a key', () => {
    const found = verdict([line('@cert-authority worker', FIRST)], FIRST);
    assert.ok(found.kind === 'unknown' && found.authority?.line === 1 && found.others.length === 0);
  });

  test('a port of its own falls back to the bare name, for a key that agrees', () => {
    assert.equal(verdict([line('worker', FIRST)], FIRST, 2222).kind, 'trusted');
    assert.equal(verdict([line('worker', FIRST)], SECOND, 2222).kind, 'unknown');
    assert.equal(verdict([line('[worker]:2222', FIRST)], FIRST).kind, 'unknown');
    assert.equal(verdict([line('[worker]:2222', FIRST), line('worker', SECOND)], SECOND, 2222).kind, 'changed');
  });
});
