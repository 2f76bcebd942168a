import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import fc from 'fast-check';
import { configFiles, hostNames } from '../../../src/nodes/ssh/config-files';
import { opensshConfig } from '../../../src/nodes/ssh/config-openssh';
import type { ConfigReader } from '../../../src/nodes/ssh/config-values';
import { type LocalUser, localUser } from '../../../src/nodes/ssh/local-user';
import { Resolver } from '../../../src/nodes/ssh/resolve';
import { temporaryFolder } from '../support/folder';
import { needs } from '../support/programs';

function userIn(home: string): LocalUser {
  return { ...localUser(), home, environment: { SSH_AUTH_SOCK: '/run/agent' } };
}

const never: ConfigReader = () => assert.fail('ssh is asked first');

function write(context: TestContext, text: string): { file: string; me: LocalUser } {
  const folder = temporaryFolder(context);
  const file = join(folder, 'config');
  writeFileSync(file, text);
  return { file, me: userIn(folder) };
}

/** Both ways to read a configuration: with ssh, and without. */
const WAYS: readonly (readonly [string, (file: string, me: LocalUser) => ConfigReader, { skip: string | false }])[] = [
  ['by ssh -G', (file) => opensshConfig(file, never), needs('ssh')],
  ['without ssh', configFiles, { skip: false }],
];

for (const [way, reader, options] of WAYS)
  suite(`ssh_config, ${way}`, options, () => {
    test('the first value counts, files add up', async (context) => {
      const { file, me } = write(
        context,
        `Host worker
  HostName 10.0.0.%h
  IdentityFile ~/first
Host *
  User root
  Port 2222
  IdentityFile "~/second one"
  IdentityAgent none
  IdentitiesOnly yes
  UserKnownHostsFile /a /b
  StrictHostKeyChecking accept-new
  ServerAliveInterval 7
  ConnectTimeout 5
Host worker
  User late
`,
      );
      const settings = await new Resolver(reader(file, me), me).resolve({ host: 'worker' });
      assert.equal(settings.name, 'worker');
      assert.equal(settings.host, '10.0.0.worker');
      assert.equal(settings.user, 'root');
      assert.equal(settings.port, 2222);
      assert.deepEqual(settings.identityFiles, [join(me.home, 'first'), join(me.home, 'second one')]);
      assert.equal(settings.identityAgent, undefined);
      assert.equal(settings.identitiesOnly, true);
      assert.deepEqual(settings.userKnownHostsFiles, ['/a', '/b']);
      assert.equal(settings.strictHostKeyChecking, 'accept-new');
      assert.equal(settings.serverAliveInterval, 7_000);
      assert.equal(settings.connectTimeout, 5_000);
    });

    test('what is asked for outweighs the file', async (context) => {
      const { file, me } = write(context, 'Host *\n  User root\n  Port 2222\n');
      const resolver = new Resolver(reader(file, me), me);
      const settings = await resolver.resolve({ host: 'worker', user: 'me', port: 22 }, { identityFile: '~/key' });
      assert.equal(settings.user, 'me');
      assert.equal(settings.port, 22);
      assert.deepEqual(settings.identityFiles, [join(me.home, 'key')]);
      assert.equal(settings.identitiesOnly, true);
      assert.equal(settings.identityAgent, '/run/agent');
    });

    test('jumps, each with settings of its own; only the first may have jumps itself', async (context) => {
      const { file, me } = write(
        context,
        `Host worker
  ProxyJump one,root@two:2022
Host one
  HostName one.example
  ProxyJump zero
Host two
  User nobody
  ProxyJump elsewhere
`,
      );
      const { jumps } = await new Resolver(reader(file, me), me).resolve({ host: 'worker' });
      assert.deepEqual(
        jumps.map(({ name, host, user, port, jumps: inner }) => [name, host, user, port, inner.length]),
        [
          ['zero', 'zero', me.name, 22, 0],
          ['one', 'one.example', me.name, 22, 0],
          ['two', 'two', 'root', 2022, 0],
        ],
      );
    });

    test('a loop of jumps and a ProxyCommand are told', async (context) => {
      const { file, me } = write(
        context,
        'Host a\n  ProxyJump b\nHost b\n  ProxyJump a\nHost c\n  ProxyCommand nc %h %p\n',
      );
      const resolver = new Resolver(reader(file, me), me);
      await assert.rejects(resolver.resolve({ host: 'a' }), { kind: 'settings', message: /ProxyJump leads back/ });
      await assert.rejects(resolver.resolve({ host: 'c' }), { kind: 'settings', message: /ProxyCommand/ });
      assert.deepEqual((await resolver.resolve({ host: 'c' }, { proxyJump: 'none' })).jumps, []);
    });

    test('files are included where the line stands, under its condition', async (context) => {
      const { file, me } = write(context, '');
      mkdirSync(join(me.home, 'parts'));
      writeFileSync(join(me.home, 'parts/1.conf'), 'Host worker\n  User included\n');
      writeFileSync(join(me.home, 'parts/2.conf'), 'User other\n');
      writeFileSync(join(me.home, 'parts/.hidden.conf'), 'User hidden\n');
      writeFileSync(
        file,
        `Host master\n  Include ${me.home}/parts/2.conf\nHost *\n  Include ${me.home}/parts/*.conf\n  Port 7\n`,
      );
      const resolver = new Resolver(reader(file, me), me);
      assert.equal((await resolver.resolve({ host: 'worker' })).user, 'included');
      assert.equal((await resolver.resolve({ host: 'master' })).user, 'other');
      assert.equal((await resolver.resolve({ host: 'else' })).user, 'other');
      assert.equal((await resolver.resolve({ host: 'else' })).port, 7);
      assert.deepEqual(await hostNames(file, me), ['master', 'worker']);
    });

    test('Match by names', async (context) => {
      const text = `Match originalhost w* !user root
  HostName real
Match host real
  User matched
Match all
  Port 9
`;
      const { file, me } = write(context, text);
      const resolver = new Resolver(reader(file, { ...me, name: 'me' }), { ...me, name: 'me' });
      const settings = await resolver.resolve({ host: 'worker', user: 'me' });
      assert.deepEqual([settings.host, settings.user, settings.port], ['real', 'me', 9]);
    });

    test('a name in the file that is none is refused', async (context) => {
      const { file, me } = write(context, 'Host worker\n  HostName -oProxyCommand=id\n');
      await assert.rejects(new Resolver(reader(file, me), me).resolve({ host: 'worker' }), { kind: 'settings' });
    });

    test('a file that is not there, or is damaged, is told', async (context) => {
      const { file, me } = write(context, 'Host "worker\n');
      await assert.rejects(new Resolver(reader(file, me), me).resolve({ host: 'worker' }), { kind: 'settings' });
      const missing = `${file}-missing`;
      await assert.rejects(new Resolver(reader(missing, me), me).resolve({ host: 'worker' }), { kind: 'settings' });
    });
  });

suite('ssh_config', () => {
  test('both ways agree', needs('ssh'), async (context) => {
    const { file, me } = write(context, '');
    const word = fc.constantFrom('a', 'b', 'a*', '?b', '!ab', '*', 'ab');
    const setting = fc.tuple(
      fc.constantFrom('User', 'HostName', 'HostKeyAlias'),
      fc.constantFrom('one', 'two', 'three'),
    );
    const head = fc.oneof(
      fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => `Host ${words.join(' ')}`),
      fc.array(word, { minLength: 1, maxLength: 2 }).map((words) => `Match originalhost ${words.join(',')}`),
      fc.constantFrom('Match host one', 'Match user one', 'Match !user two', 'Match all'),
    );
    const block = fc.tuple(head, fc.array(setting, { maxLength: 2 }));
    await fc.assert(
      fc.asyncProperty(fc.array(block, { maxLength: 4 }), fc.constantFrom('a', 'ab', 'b'), async (blocks, host) => {
        const text = blocks.map(([line, inside]) => [line, ...inside.map((pair) => `  ${pair.join(' ')}`)].join('\n'));
        writeFileSync(file, text.join('\n'));
        const [theirs, ours] = await Promise.all(
          [opensshConfig(file, never), configFiles(file, me)].map((read) => read({ host }, undefined)),
        );
        for (const name of ['hostname', 'hostkeyalias'])
          assert.equal(
            ours?.get(name)?.[0] ?? (name === 'hostname' ? host : undefined),
            theirs?.get(name)?.[0],
            text.join('\n'),
          );
        if (ours?.has('user')) assert.equal(ours.get('user')?.[0], theirs?.get('user')?.[0]);
      }),
      { numRuns: 60 },
    );
  });

  test('nothing of a configuration is run without ssh', async (context) => {
    const { file, me } = write(context, '');
    const trace = join(me.home, 'trace');
    writeFileSync(
      file,
      `Match exec "touch ${trace}"\n  User x\nMatch final\n  Port 9\nHost *\n  CanonicalizeHostname yes\n`,
    );
    const settings = await new Resolver(configFiles(file, me), me).resolve({ host: 'worker' });
    assert.deepEqual([settings.user, settings.port, existsSync(trace)], [me.name, 22, false]);
  });

  test('without ssh, or with one from before -G, the files are read', async (context) => {
    const { file, me } = write(context, 'Host *\n  User read\n');
    const old = join(me.home, 'old-ssh');
    writeFileSync(old, '#!/bin/sh\necho "unknown option -- G" >&2\nexit 255\n');
    chmodSync(old, 0o755);
    for (const program of [old, join(me.home, 'no-ssh')]) {
      const reader = opensshConfig(file, configFiles(file, me), program);
      assert.equal((await new Resolver(reader, me).resolve({ host: 'worker' })).user, 'read');
    }
  });

  test('tokens and variables in paths', async (context) => {
    const text =
      'Host worker\n  HostName real\n  Port 7\n  IdentityFile ~/%r@%h:%p-%n-%%-${KEYS}-${NONE}\n  IdentityAgent $OTHER\n';
    const { file, me } = write(context, text);
    const somebody = { ...me, environment: { KEYS: 'keys', OTHER: '/run/other' } };
    const { identityFiles, identityAgent } = await new Resolver(configFiles(file, somebody), somebody).resolve({
      host: 'worker',
      user: 'root',
    });
    assert.deepEqual(identityFiles, [join(me.home, 'root@real:7-worker-%-keys-${NONE}')]);
    assert.equal(identityAgent, '/run/other');
  });
});
