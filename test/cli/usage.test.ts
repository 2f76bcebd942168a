import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { suite, test } from 'node:test';
import { folder, hoplens } from '../support/cli';

const write = folder();

suite('the command line', { concurrency: true }, () => {
  test('tells how it is used', async () => {
    const { code, stdout } = await hoplens('--help');
    assert.equal(code, 0);
    for (const command of ['trace', 'check', 'print']) assert.match(stdout, new RegExp(`hoplens ${command} `));
  });

  test('without a command, with an unknown one or an unknown option: exit code 2 and what to do', async () => {
    for (const args of [[], ['nosuch', 'file'], ['check', '--nosuch', 'x'], ['trace', 'x', '--from']]) {
      const { code, stdout, stderr } = await hoplens(...args);
      assert.equal(code, 2, args.join(' '));
      assert.equal(stdout, '');
      assert.match(stderr, /^hoplens: \S/);
      assert.doesNotMatch(stderr, /internal error|\n\s+at /, args.join(' '));
    }
  });

  test('a reader that goes away early, as head does, is no error', async () => {
    const long = write('long.txt', `*filter\n:INPUT ACCEPT [0:0]\n${'-A INPUT -j GONE\n'.repeat(20_000)}COMMIT\n`);
    await hoplens('--help');
    const child = spawn(process.execPath, ['test/out/cli.cjs', 'check', long], { stdio: ['ignore', 'pipe', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (data) => (stderr += String(data)));
    child.stdout.once('data', () => child.stdout.destroy());
    const [code] = (await once(child, 'exit')) as [number];
    assert.equal(stderr, '');
    assert.equal(code, 1);
  });
});
