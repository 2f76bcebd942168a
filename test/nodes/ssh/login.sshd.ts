import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import { connect } from '../../../src/nodes/ssh/connect';
import type { Connection } from '../../../src/nodes/ssh/connection';
import type { PromptsQuestion, Questions } from '../../../src/nodes/ssh/questions';
import type { HostSettings } from '../../../src/nodes/ssh/settings';
import { LiveNode } from '../support/live-node';
import { eventually } from '../support/wait';

const WITHOUT_KEYS: Partial<HostSettings> = { identityFiles: [] };

async function login(
  context: TestContext,
  settings: HostSettings,
  questions: Questions = {},
  log?: (line: string) => void,
): Promise<Connection> {
  const connection = await connect(settings, { questions, log });
  context.after(() => connection.close());
  return connection;
}

async function whoami(connection: Connection): Promise<string> {
  const { stdout, code } = await connection.exec('id -un', { maxBytes: 1000, signal: AbortSignal.timeout(20_000) });
  assert.equal(code, 0);
  return stdout.toString().trim();
}

/** Makes a key as users do; the path of its private part. */
function makeKey(folder: string, type: string, passphrase = ''): string {
  const file = join(folder, `id_${type}${passphrase}`);
  execFileSync('ssh-keygen', [
    '-q',
    '-t',
    type,
    ...(type === 'rsa' ? ['-b', '2048'] : []),
    '-N',
    passphrase,
    '-f',
    file,
  ]);
  return file;
}

function authorize(node: LiveNode, file: string): void {
  const keys = join(node.machine.folder, `home/${node.settings.user}/.ssh/authorized_keys`);
  writeFileSync(keys, readFileSync(`${file}.pub`), { flag: 'a' });
}

suite('logging in to a real sshd', { concurrency: 4, timeout: 60_000 }, () => {
  for (const type of ['ed25519', 'ecdsa', 'rsa'])
    test(`by a key of type ${type}`, async (context) => {
      const node = await LiveNode.start(context);
      const file = makeKey(node.folder, type);
      authorize(node, file);
      assert.equal(await whoami(await login(context, { ...node.settings, identityFiles: [file] })), 'somebody');
    });

  for (const type of ['ed25519', 'rsa'])
    test(`by a key of type ${type} with a passphrase, which is asked for once the server wants the key`, async (context) => {
      const node = await LiveNode.start(context);
      const other = makeKey(node.folder, 'ecdsa', 'unused');
      const file = makeKey(node.folder, type, 'correct horse');
      authorize(node, file);
      const asked: unknown[] = [];
      const connection = await login(
        context,
        { ...node.settings, identityFiles: [other, file] },
        {
          passphrase: ({ file: of, attempt }) => {
            asked.push([of, attempt]);
            return Promise.resolve(attempt === 1 ? 'wrong' : 'correct horse');
          },
        },
      );
      assert.equal(await whoami(connection), 'somebody');
      assert.deepEqual(asked, [
        [file, 1],
        [file, 2],
      ]);
    });

  test('by a key of an agent, among others that are of no use', async (context) => {
    const node = await LiveNode.start(context);
    const socket = join(node.folder, 'agent');
    const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
    context.after(async () => {
      agent.kill();
      await once(agent, 'exit');
    });
    await eventually(() => {
      assert.ok(existsSync(socket));
    });
    const files = ['ecdsa', 'ed25519', 'rsa'].map((type) => makeKey(node.folder, type));
    for (const file of files)
      execFileSync('ssh-add', ['-q', file], { env: { ...process.env, SSH_AUTH_SOCK: socket }, stdio: 'ignore' });
    authorize(node, files[2] ?? '');
    const settings = { ...node.settings, ...WITHOUT_KEYS, identitiesOnly: false, identityAgent: socket };
    assert.equal(await whoami(await login(context, settings)), 'somebody');
  });

  test('by a password, after one that was wrong', async (context) => {
    const node = await LiveNode.start(context, { users: [{ name: 'somebody', password: 'open sesame' }] });
    const attempts: number[] = [];
    const password: Questions['password'] = ({ attempt }) => {
      attempts.push(attempt);
      return Promise.resolve(attempt === 1 ? 'wrong' : 'open sesame');
    };
    const connection = await login(context, { ...node.settings, ...WITHOUT_KEYS }, { password });
    assert.equal(await whoami(connection), 'somebody');
    assert.deepEqual(attempts, [1, 2]);
  });

  test('by what the server asks (keyboard-interactive)', async (context) => {
    const node = await LiveNode.start(context, {
      users: [{ name: 'somebody', password: 'open sesame' }],
      config: ['UsePAM yes', 'KbdInteractiveAuthentication yes', 'PasswordAuthentication no'],
    });
    const asked: PromptsQuestion[] = [];
    const prompts: Questions['prompts'] = (question) => {
      asked.push(question);
      return Promise.resolve(question.prompts.map(() => 'open sesame'));
    };
    const connection = await login(context, { ...node.settings, ...WITHOUT_KEYS }, { prompts });
    assert.equal(await whoami(connection), 'somebody');
    const answered = asked.filter((question) => question.prompts.length > 0);
    assert.deepEqual(
      answered.map((question) => question.prompts),
      [[{ text: 'Password: ', echo: false }]],
    );
  });

  test('by a key and then a password, where the server wants both', async (context) => {
    const node = await LiveNode.start(context, {
      users: [{ name: 'somebody', password: 'open sesame' }],
      config: ['AuthenticationMethods publickey,password'],
    });
    const connection = await login(context, node.settings, { password: () => Promise.resolve('open sesame') });
    assert.equal(await whoami(connection), 'somebody');
  });

  test('in vain: says what was tried, and what the server takes', async (context) => {
    const node = await LiveNode.start(context);
    const file = makeKey(node.folder, 'ecdsa');
    const settings = { ...node.settings, identityFiles: [file] };
    await assert.rejects(
      connect(settings, { questions: { password: () => Promise.resolve('no') } }),
      (error: Error) => {
        assert.match(error.message, /somebody@127\.0\.0\.1 was not let in/);
        assert.ok(error.message.includes(file));
        assert.match(error.message, /a password/);
        assert.match(error.message, /it takes: publickey, password/);
        return true;
      },
    );
    await node.isQuiet();
  });

  test('its banner is in the log', async (context) => {
    const node = await LiveNode.start(context, { banner: 'Authorized use only.\n' });
    const log: string[] = [];
    await login(context, node.settings, {}, (line) => log.push(line));
    assert.ok(log.includes('worker: 127.0.0.1 says: Authorized use only.'), log.join('\n'));
  });
});

suite('host keys of a real sshd', { concurrency: 4, timeout: 60_000 }, () => {
  /** A second host key, of which known_hosts is told in place of the real one. */
  async function stage(context: TestContext, line: (real: string, other: string) => string): Promise<LiveNode> {
    const node = await LiveNode.start(context);
    const [known = ''] = node.settings.userKnownHostsFiles;
    const [host = '', ...real] = readFileSync(known, 'utf8').trim().split(' ');
    const [type = '', key = ''] = readFileSync(`${makeKey(node.folder, 'ed25519')}.pub`, 'utf8').split(' ');
    writeFileSync(known, `${line(`${host} ${real.join(' ')}`, `${host} ${type} ${key}`)}\n`);
    return node;
  }

  test('one that has changed is refused, and nothing is asked', async (context) => {
    const node = await stage(context, (_real, other) => other);
    const [known = ''] = node.settings.userKnownHostsFiles;
    const questions: Questions = { hostKey: () => assert.fail('asked'), password: () => assert.fail('asked') };
    await assert.rejects(connect(node.settings, { questions }), (error: Error & { kind?: string }) => {
      assert.equal(error.kind, 'host-key-changed');
      assert.ok(error.message.includes(`${known}:1`), error.message);
      // The advice, as it stands there, is right.
      const [, command = ''] = /(ssh-keygen -f .*)\.$/.exec(error.message) ?? [];
      execFileSync('sh', ['-c', command], { stdio: 'ignore' });
      assert.equal(readFileSync(known, 'utf8'), '');
      return true;
    });
    assert.doesNotMatch(node.sshd.log.join('\n'), /Failed|Accepted|Invalid user/);
    await node.isQuiet();
  });

  test('one that is revoked is refused', async (context) => {
    const node = await stage(context, (real) => `@revoked ${real}`);
    await assert.rejects(connect(node.settings, { questions: {} }), { kind: 'host-key-revoked' });
    await node.isQuiet();
  });

  test('one that is unknown is shown as ssh-keygen prints it, and then known to ssh too', async (context) => {
    const node = await stage(context, () => '');
    const [known = ''] = node.settings.userKnownHostsFiles;
    writeFileSync(known, '');
    const file = join(node.machine.folder, 'etc/ssh/ssh_host_ed25519_key.pub');
    const [, printed] = execFileSync('ssh-keygen', ['-lf', file], { encoding: 'utf8' }).split(' ');
    let shown = '';
    await login(context, node.settings, {
      hostKey: ({ fingerprint }) => {
        shown = fingerprint;
        return Promise.resolve('always');
      },
    });
    assert.equal(shown, printed);
    const found = execFileSync('ssh-keygen', ['-F', `[127.0.0.1]:${node.sshd.port}`, '-f', known], {
      encoding: 'utf8',
    });
    assert.ok(found.includes(node.sshd.hostKey.split(' ')[1] ?? ''));
  });
});

suite('nodes behind others', { concurrency: 4, timeout: 60_000 }, () => {
  test('are reached over them, each verified by its key', async (context) => {
    const [gate, node] = await Promise.all([LiveNode.start(context), LiveNode.start(context)]);
    const jump = { ...gate.settings, name: 'gate' };
    const connection = await login(context, { ...node.settings, jumps: [jump] });
    assert.equal(await whoami(connection), 'somebody');
    assert.match(gate.sshd.log.join('\n'), /Accepted publickey for somebody/);
    await connection.close();
    await Promise.all([gate.isQuiet(), node.isQuiet()]);
  });

  test('a gate whose key has changed lets nothing through', async (context) => {
    const [gate, node] = await Promise.all([LiveNode.start(context), LiveNode.start(context)]);
    const wrong = { ...gate.settings, name: 'gate', userKnownHostsFiles: node.settings.userKnownHostsFiles };
    const [known = ''] = node.settings.userKnownHostsFiles;
    writeFileSync(known, `[127.0.0.1]:${gate.sshd.port} ${node.sshd.hostKey}\n`, { flag: 'a' });
    await assert.rejects(connect({ ...node.settings, jumps: [wrong] }, { questions: {} }), {
      kind: 'host-key-changed',
      message: /^gate \(on the way to worker\): /,
    });
    assert.doesNotMatch(node.sshd.log.join('\n'), /Connection from/);
    await gate.isQuiet();
  });

  test('a gate that forwards nothing says so', async (context) => {
    const gate = await LiveNode.start(context, { config: ['AllowTcpForwarding no'] });
    const node = await LiveNode.start(context);
    const jumps = [{ ...gate.settings, name: 'gate' }];
    await assert.rejects(connect({ ...node.settings, jumps }, { questions: {} }), {
      message: /AllowTcpForwarding of gate/,
    });
    await gate.isQuiet();
  });

  test('a node that is down behind a gate', async (context) => {
    const gate = await LiveNode.start(context);
    const settings = { ...gate.settings, port: 1, jumps: [{ ...gate.settings, name: 'gate' }] };
    await assert.rejects(connect(settings, { questions: {} }), {
      kind: 'unreachable',
      message: /gate cannot connect on/,
    });
    await gate.isQuiet();
  });
});
