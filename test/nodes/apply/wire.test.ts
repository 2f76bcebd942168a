import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import program from '../../../src/nodes/apply/node/wire.sh';
import { temporaryFolder } from '../support/folder';

/** Programs by which a node may try a connection, each with what it needs. */
const TOOLS = [['bash', 'timeout'], ['python3'], ['nc'], ['curl']] as const;

function pathOf(name: string): string | undefined {
  // What a version manager puts in its place finds itself by the whole of PATH.
  const { stdout, status } = spawnSync('sh', ['-c', 'PATH=/usr/bin:/bin; command -v "$1"', 'sh', name], {
    encoding: 'utf8',
  });
  return status === 0 ? stdout.trim() : undefined;
}

/** What is said where nothing but these programs is there; some may be others by their names. */
function tryWith(
  context: TestContext,
  programs: readonly string[],
  port: number,
  others: Readonly<Record<string, string>> = {},
): Promise<string> {
  const folder = temporaryFolder(context);
  for (const name of programs) symlinkSync(pathOf(others[name] ?? name) ?? assert.fail(name), join(folder, name));
  return new Promise((resolve, reject) => {
    const child = spawn('/bin/sh', ['-s', '127.0.0.1', String(port)], {
      env: { PATH: folder },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.on('data', (bytes: Buffer) => (said += String(bytes)));
    child.once('error', reject).once('close', () => {
      resolve(said);
    });
    child.stdin.end(`{\n${program}exit 0\n} </dev/null\n`);
  });
}

async function listening(context: TestContext): Promise<{ readonly port: number; readonly server: Server }> {
  const server = createServer((socket) => socket.on('error', () => undefined).end());
  context.after(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, server };
}

suite('a connection is tried on a node', { skip: process.platform === 'win32' && 'needs sh' }, () => {
  for (const programs of TOOLS) {
    const missing = programs.find((name) => pathOf(name) === undefined);
    test(`by ${programs[0]}`, { skip: missing !== undefined && `${missing} is not installed` }, async (context) => {
      const { port, server } = await listening(context);
      assert.equal(await tryWith(context, programs, port), `${programs[0]} connects\n`);
      await new Promise((resolve) => server.close(resolve));
      // curl does not say why.
      assert.equal(
        await tryWith(context, programs, port),
        `${programs[0]} ${programs[0] === 'curl' ? 'fails' : 'refused'}\n`,
      );
    });
  }

  const needed = ['busybox', 'curl'].find((name) => pathOf(name) === undefined);
  test(
    'by the next, where it is one of BusyBox that cannot',
    { skip: needed !== undefined && `${needed} is not installed` },
    async (context) => {
      const { port } = await listening(context);
      assert.equal(await tryWith(context, ['nc', 'curl'], port, { nc: 'busybox' }), 'curl connects\n');
    },
  );

  test('by nothing, where nothing is there', async (context) => {
    assert.equal(await tryWith(context, [], 9), 'nothing untried\n');
  });
});
