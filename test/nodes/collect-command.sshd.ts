import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { parseSnapshot, type Snapshot } from '../../src/core/snapshot/format';
import { hoplens, program } from '../support/cli';
import { LiveNode } from './support/live-node';
import { temporaryFolder } from './support/folder';

const ROOT = { users: [{ name: 'root' }] };

/** An ssh_config that knows these nodes, and nothing else. */
function sshConfig(folder: string, nodes: Readonly<Record<string, LiveNode>>): string {
  const file = join(folder, 'ssh_config');
  const blocks = Object.entries(nodes).map(([name, { settings }]) =>
    [
      `Host ${name}`,
      '  HostName 127.0.0.1',
      `  Port ${settings.port}`,
      `  User ${settings.user}`,
      `  IdentityFile ${settings.identityFiles[0] ?? ''}`,
      '  IdentityAgent none',
      `  UserKnownHostsFile ${settings.userKnownHostsFiles[0] ?? ''}`,
      '  GlobalKnownHostsFile none',
    ].join('\n'),
  );
  writeFileSync(file, `${blocks.join('\n')}\nHost down\n  HostName 127.0.0.1\n  Port 1\n`);
  return file;
}

function snapshotIn(bytes: Buffer): Snapshot {
  const read = parseSnapshot(bytes.toString());
  if ('error' in read) assert.fail(read.error.message);
  return read.snapshot;
}

/** Runs the command line on a terminal, where each of these questions gets its answer. */
async function onTerminal(
  args: readonly string[],
  answers: Readonly<Record<string, string>>,
): Promise<{ code: number; shown: string }> {
  const command = [process.execPath, await program(), ...args].join(' ');
  const terminal = spawn('script', ['-qec', command, '/dev/null'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const open = new Map(Object.entries(answers));
  let shown = '';
  terminal.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text;
    for (const [question, answer] of open)
      if (shown.includes(question)) {
        open.delete(question);
        terminal.stdin.write(`${answer}\n`);
      }
  });
  const [code] = (await once(terminal, 'close')) as [number];
  return { code, shown };
}

async function stage(context: TestContext): Promise<{ node: LiveNode; config: string; out: string; folder: string }> {
  const node = await LiveNode.start(context, ROOT);
  const folder = temporaryFolder(context);
  return { node, folder, config: sshConfig(folder, { worker: node }), out: join(folder, 'lab.hoplens.json') };
}

suite('hoplens collect', { concurrency: 3, timeout: 120_000 }, () => {
  test('writes a snapshot of a node of the SSH configuration', async (context) => {
    const { node, config, out } = await stage(context);
    const { code, stderr } = await hoplens('collect', 'worker', '--ssh-config', config, '--out', out);
    assert.deepEqual([code, stderr], [0, 'worker: read\n']);
    const { cluster, nodes, collectedAt } = snapshotIn(readFileSync(out));
    assert.deepEqual([cluster, nodes.map(({ name }) => name)], ['lab', ['worker']]);
    assert.ok(Math.abs(Date.now() - Date.parse(collectedAt ?? '')) < 60_000);
    assert.match(nodes[0]?.namespaces[0]?.outputs['ip-addr']?.stdout ?? '', /"127\.0\.0\.1"/);
    await node.isQuiet();
    const traced = await hoplens('trace', out, '--from', 'worker', '--to', `127.0.0.1:${node.sshd.port}`, '--json');
    assert.equal(traced.code, 0, traced.stderr);
  });

  test('reads what it can of several, gzipped, and says what not', async (context) => {
    const { config, folder } = await stage(context);
    const out = join(folder, 'lab.hoplens.json.gz');
    const { code, stderr } = await hoplens('collect', 'down', 'worker', '--ssh-config', config, '--out', out);
    assert.equal(code, 1);
    assert.match(stderr, /^down: not read\n {2}127\.0\.0\.1 port 1: nothing listens there/m);
    const { cluster, nodes } = snapshotIn(gunzipSync(readFileSync(out)));
    assert.deepEqual([cluster, nodes.map(({ name }) => name)], ['lab', ['worker']]);
  });

  test('reads the nodes of a list, under the names it gives them', async (context) => {
    const { node, folder, out, config } = await stage(context);
    const list = join(folder, 'nodes.json');
    const [identityFile] = node.settings.identityFiles;
    const entry = { name: 'master', host: 'worker', port: node.sshd.port, user: 'root', identityFile };
    writeFileSync(list, JSON.stringify([entry]));
    const args = ['collect', '--json-config', list, '--ssh-config', config, '--verbose', '--out', out];
    const { code, stderr } = await hoplens(...args);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^master: logged in to 127\.0\.0\.1 as root$/m);
    assert.match(stderr, /^master: iptables-save -c \(exit code 0, \d+ bytes\)$/m);
    assert.deepEqual(
      snapshotIn(readFileSync(out)).nodes.map(({ name }) => name),
      ['master'],
    );
  });

  test('refuses an unknown host key where nobody can be asked, and says what to do', async (context) => {
    const { node, config, out } = await stage(context);
    const [known = ''] = node.settings.userKnownHostsFiles;
    writeFileSync(known, '');
    const { code, stderr } = await hoplens('collect', 'worker', '--ssh-config', config, '--out', out);
    assert.equal(code, 2);
    assert.match(stderr, /ssh-ed25519 key SHA256:\S+ of \[127\.0\.0\.1\]:\d+ is unknown .* log in once with ssh/);
    assert.match(stderr, /no node could be read/);
    assert.equal(existsSync(out), false);
    assert.equal(readFileSync(known, 'utf8'), '');
  });

  test('asks on a terminal whether a host key is right, and remembers it', async (context) => {
    const { node, config, out } = await stage(context);
    const [known = ''] = node.settings.userKnownHostsFiles;
    const line = readFileSync(known, 'utf8');
    writeFileSync(known, '');
    const { code, shown } = await onTerminal(['collect', 'worker', '--ssh-config', config, '--out', out], {
      'or no: ': 'yes',
    });
    assert.equal(code, 0, shown);
    assert.match(shown, /The host key of \[127\.0\.0\.1\]:\d+ is unknown/);
    assert.equal(readFileSync(known, 'utf8'), line);
  });

  test('asks on a terminal for a password, which is not shown', async (context) => {
    const node = await LiveNode.start(context, { users: [{ name: 'somebody', password: 'open sesame' }] });
    const folder = temporaryFolder(context);
    const config = sshConfig(folder, { worker: node });
    writeFileSync(config, readFileSync(config, 'utf8').replace(/^ {2}IdentityFile .*$/m, '  IdentityFile none'));
    const out = join(folder, 'lab.hoplens.json');
    const { code, shown } = await onTerminal(['collect', 'worker', '--ssh-config', config, '--out', out], {
      'password: ': 'open sesame',
    });
    // Not all of it: somebody may not use sudo.
    assert.equal(code, 1, shown);
    assert.match(shown, /somebody@127\.0\.0\.1: password: [^]*^worker: partly read/m);
    assert.doesNotMatch(shown, /open|sesame/);
    assert.equal(snapshotIn(readFileSync(out)).nodes.length, 1);
  });

  test('says what is wrong with what it was told', async (context) => {
    const folder = temporaryFolder(context);
    const list = join(folder, 'nodes.json');
    const out = join(folder, 'lab.hoplens.json');
    for (const [args, said, content] of [
      [['worker'], /needs --out/],
      [['--out', out], /which node/],
      [['worker', 'root@worker', '--out', out], /two nodes are named worker/],
      [['a b', '--out', out], /no host name/],
      [['--json-config', list, '--out', out], /nodes\.json:2: this is not JSON/, '[\n{"name" "worker"}]'],
      [['--json-config', list, '--out', out], /nodes\.json: Node 1 of the list: .*"port"/, '[{"name":"a","port":0}]'],
      [['--json-config', join(folder, 'none'), '--out', out], /none: no such file/],
    ] as const) {
      if (content !== undefined) writeFileSync(list, content);
      const { code, stderr } = await hoplens('collect', ...args);
      assert.equal(code, 2, stderr);
      assert.match(stderr, said);
    }
  });
});
