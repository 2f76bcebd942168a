import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import { connect } from '../../../src/nodes/ssh/connect';
import { fingerprint, keyTypeOf } from '../../../src/nodes/ssh/host-key';
import { knownHostName, parseKnownHosts, speaksOf } from '../../../src/nodes/ssh/known-hosts';
import type { HostSettings } from '../../../src/nodes/ssh/settings';
import { blobOf, FakeNode, type KeyPair, keyPair } from '../support/fake-node';
import { temporaryFolder } from '../support/folder';
import { acceptKeys } from '../support/questions';
import { settingsFor } from '../support/settings';

const KEY = keyPair();
const OTHER = keyPair();
const ECDSA = keyPair('ecdsa');

function line(hosts: string, key: KeyPair): string {
  const blob = blobOf(key);
  return `${hosts} ${keyTypeOf(blob) ?? ''} ${blob.toString('base64')}\n`;
}

interface Stage {
  readonly node: FakeNode;
  readonly file: string;
  readonly settings: HostSettings;
  readonly name: string;
}

/** A node, and a known_hosts file; `{}` in `known` is the node's name there. */
async function stage(context: TestContext, hostKeys: readonly KeyPair[], known?: string): Promise<Stage> {
  const node = await FakeNode.start({ hostKeys });
  context.after(() => node.close());
  const file = join(temporaryFolder(context), 'known_hosts');
  const name = knownHostName('127.0.0.1', node.port);
  if (known !== undefined) writeFileSync(file, known.replaceAll('{}', name));
  return { node, file, name, settings: settingsFor(node.port, { userKnownHostsFiles: [file] }) };
}

suite('host keys', () => {
  test('an unknown key is shown, with its fingerprint, before anything is sent', async (context) => {
    const { node, settings, name, file } = await stage(context, [KEY]);
    const questions = acceptKeys({ hostKey: () => Promise.resolve('refuse') });
    const asked: unknown[] = [];
    const refuse = connect(settings, {
      questions: {
        ...questions,
        hostKey: (question) => {
          asked.push(question);
          return Promise.resolve('refuse');
        },
      },
    });
    await assert.rejects(refuse, { kind: 'host-key-refused', message: /unknown and was not accepted/ });
    const shown = fingerprint(blobOf(KEY));
    assert.deepEqual(asked, [
      {
        ...{ node: 'worker', host: name, keyType: 'ssh-ed25519', fingerprint: shown, file },
        ...{ others: [], authority: undefined },
      },
    ]);
    assert.deepEqual(node.attempts, []);
  });

  test('without anybody to ask it is refused, and the fingerprint told', async (context) => {
    const { node, settings } = await stage(context, [KEY]);
    await assert.rejects(connect(settings, { questions: {} }), (error: Error) =>
      error.message.includes(fingerprint(blobOf(KEY))),
    );
    assert.deepEqual(node.attempts, []);
  });

  for (const hashed of [false, true])
    test(`an accepted key is written down${hashed ? ', hashed' : ''}, and then known`, async (context) => {
      const { settings, name, file } = await stage(context, [KEY]);
      const trustFile = { file: join(`${file}-folder`, 'trusted'), hashed };
      const questions = { hostKey: () => Promise.resolve('always' as const) };
      await (await connect(settings, { questions, trustFile })).close();
      const text = readFileSync(trustFile.file, 'utf8');
      assert.equal(text.includes(name), !hashed);
      const [known, ...more] = parseKnownHosts(text);
      assert.ok(known && more.length === 0 && speaksOf(known.hosts, name));
      assert.equal(statSync(trustFile.file).mode & 0o777, 0o600);
      await (await connect(settings, { questions: {}, trustFile })).close();
    });

  test('in the file of the user it goes below what is there, which stays as it is', async (context) => {
    const before = '# by hand\nother ssh-ed25519 AAAA';
    const { settings, file } = await stage(context, [KEY], before);
    await (await connect(settings, { questions: { hostKey: () => Promise.resolve('always') } })).close();
    const text = readFileSync(file, 'utf8');
    assert.ok(text.startsWith(`${before}\n[127.0.0.1]:`), text);
    await (await connect(settings, { questions: {} })).close();
  });

  test('accepted once it is asked for again', async (context) => {
    const { settings } = await stage(context, [KEY]);
    const questions = acceptKeys();
    await (await connect(settings, { questions })).close();
    await (await connect(settings, { questions })).close();
    assert.equal(questions.asked.length, 2);
  });

  test('a changed key is refused before any attempt to log in, and the line told', async (context) => {
    const { node, settings, file } = await stage(context, [KEY], `# one\n${line('{}', OTHER)}`);
    const questions = acceptKeys({ password: () => assert.fail('asked for a secret') });
    await assert.rejects(connect(settings, { questions }), (error: Error & { kind?: string }) => {
      assert.equal(error.kind, 'host-key-changed');
      assert.ok(error.message.includes(`${file}:2`), error.message);
      assert.ok(error.message.includes(fingerprint(blobOf(KEY))), error.message);
      return true;
    });
    assert.deepEqual([node.attempts, questions.asked], [[], []]);
  });

  test('a revoked key is refused', async (context) => {
    const { settings } = await stage(context, [KEY], line('{}', KEY) + line('@revoked *', KEY));
    await assert.rejects(connect(settings, { questions: acceptKeys() }), { kind: 'host-key-revoked' });
  });

  test('what must be trusted by certificate is not trusted by that line', async (context) => {
    const { settings } = await stage(context, [KEY], line('@cert-authority {}', KEY));
    await assert.rejects(connect(settings, { questions: {} }), { kind: 'host-key-refused', message: /certificate/ });
  });

  test('the known type of key is asked for, so that another does not look new', async (context) => {
    const { settings } = await stage(context, [KEY, ECDSA], line('{}', ECDSA));
    await (await connect(settings, { questions: {} })).close();
  });

  test('a key of another type than the known is told as what it is', async (context) => {
    const { settings } = await stage(context, [KEY], line('{}', ECDSA));
    const questions = acceptKeys();
    await (await connect({ ...settings, strictHostKeyChecking: 'accept-new' }, { questions })).close();
    assert.deepEqual(
      questions.asked[0]?.others.map((other) => other.keyType),
      ['ecdsa-sha2-nistp256'],
    );
  });

  test('StrictHostKeyChecking: yes refuses, accept-new accepts and writes', async (context) => {
    const { settings, file } = await stage(context, [KEY]);
    const questions = acceptKeys();
    await assert.rejects(connect({ ...settings, strictHostKeyChecking: 'yes' }, { questions }), {
      kind: 'host-key-refused',
    });
    await (await connect({ ...settings, strictHostKeyChecking: 'accept-new' }, { questions })).close();
    assert.equal(questions.asked.length, 0);
    assert.equal(parseKnownHosts(readFileSync(file, 'utf8')).length, 1);
  });

  test('HostKeyAlias is the name', async (context) => {
    const { settings } = await stage(context, [KEY], line('alias', KEY));
    await (await connect({ ...settings, hostKeyAlias: 'Alias' }, { questions: {} })).close();
  });

  test('a file that is there and cannot be read closes the way', async (context) => {
    const { node, settings, file } = await stage(context, [KEY]);
    // A folder cannot be read as a file, by root either.
    mkdirSync(file);
    const global = { ...settings, userKnownHostsFiles: [], globalKnownHostsFiles: [file] };
    for (const one of [settings, global])
      await assert.rejects(connect(one, { questions: acceptKeys() }), { kind: 'host-key-unverifiable' });
    assert.deepEqual(node.attempts, []);
    chmodSync(file, 0o700);
  });
});
