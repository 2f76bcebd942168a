import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { suite, test } from 'node:test';
import { type BatchOptions, type BatchResult, runBatch } from '../../../src/nodes/batch/batch';
import { SshError } from '../../../src/nodes/ssh/errors';
import type { Task } from '../../../src/nodes/batch/script';
import { execHere } from '../support/exec-here';
import { isInstalled } from '../support/programs';

const here = process.platform === 'win32' ? { skip: 'needs a POSIX shell' } : {};

function task(...attempts: string[][]): Task {
  return { attempts, root: false };
}

function sh(script: string): Task {
  return task(['sh', '-c', script]);
}

const OPTIONS: BatchOptions = { limit: 10_000, maxBytes: 1 << 20, signal: new AbortController().signal };

function outcomes({ attempts }: BatchResult): unknown[] {
  return attempts.map((tried) =>
    tried.map(({ code, stdout, stderr }) => [code, stdout.toString(), stderr.toString()] as const),
  );
}

/** Whether a process whose command line holds this still runs. */
function runs(mark: string): boolean {
  const { stdout } = spawnSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
  return stdout.split('\n').some((line) => line.includes(mark) && !line.includes('ps -eo'));
}

/** A command that hangs, with a child that hangs as well, and how it is known among the processes. */
function hanging(trap = ''): { readonly script: string; readonly mark: string } {
  const mark = randomUUID();
  return { mark, script: `${trap} sh -c '${trap} sleep 1000; : ${mark}' & sleep 1000; : ${mark}` };
}

const SHELLS = [['sh'], ['bash'], ['fish'], ['tcsh'], ['zsh'], ['ksh'], ['busybox', 'sh']];

suite('a batch of commands', here, () => {
  for (const shell of SHELLS)
    test(`by a user of ${shell.join(' ')}`, { skip: !isInstalled(shell[0] ?? '') && 'not installed' }, async () => {
      const words = ['a b', "it's", '$HOME', '`id`', '*', '', '\\', '"', 'ä\n!', '-n'];
      const print = ['printf', '<%s>', ...words];
      const result = await runBatch(execHere(shell), [task(print), sh('echo out; echo err >&2; exit 3')], OPTIONS);
      assert.deepEqual(outcomes(result), [
        [[0, words.map((word) => `<${word}>`).join(''), '']],
        [[3, 'out\n', 'err\n']],
      ]);
      assert.equal(result.broken, undefined);
    });

  test('the C locale, and a path to the programs of the system', async () => {
    const result = await runBatch(execHere(), [sh('echo $LC_ALL; echo $PATH; cat')], OPTIONS);
    const [locale, path = ''] = result.attempts[0]?.[0]?.stdout.toString().split('\n') ?? [];
    assert.equal(locale, 'C');
    for (const folder of ['/usr/sbin', '/sbin', '/usr/local/sbin']) assert.ok(path.split(':').includes(folder), path);
  });

  test('older words are tried where the newer fail, and only there', async () => {
    const result = await runBatch(
      execHere(),
      [task(['no-such-program'], ['false'], ['echo', 'third'], ['echo', 'fourth'])],
      OPTIONS,
    );
    const [tried = []] = result.attempts;
    assert.deepEqual(
      tried.map(({ argv, code }) => [argv[0], code]),
      [
        ['no-such-program', 127],
        ['false', 1],
        ['echo', 0],
      ],
    );
    assert.match(tried[0]?.stderr.toString() ?? '', /no-such-program/);
  });

  test('no byte is lost, whatever bytes they are', async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, at) => at));
    const octal = [...bytes].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
    const result = await runBatch(execHere(), [task(['printf', octal])], OPTIONS);
    assert.deepEqual(result.attempts[0]?.[0]?.stdout, bytes);
  });

  test('older words are not tried after a command that hangs', async () => {
    const result = await runBatch(execHere(), [task(['sleep', '1000'], ['echo', 'older'])], { ...OPTIONS, limit: 200 });
    assert.equal(result.attempts[0]?.length, 1);
  });

  test('one that prints too much is ended', async () => {
    const result = await runBatch(execHere(), [task(['yes']), task(['echo', 'next'])], {
      ...OPTIONS,
      maxBytes: 10_000,
    });
    assert.equal(result.attempts[0]?.[0]?.cut, 'size');
    assert.ok(result.attempts[0][0].stdout.length <= 10_000);
    assert.equal(result.attempts[1]?.[0]?.stdout.toString(), 'next\n');
  });

  test('a node that runs nothing any more', async () => {
    const refused = new SshError('shell', 'The node refuses to run commands.');
    const result = await runBatch({ name: 'here', exec: () => Promise.reject(refused) }, [task(['echo'])], OPTIONS);
    assert.deepEqual([result.broken, result.attempts], [refused, [[]]]);
  });

  test('a login shell that is none', async () => {
    const result = await runBatch(execHere(['false']), [task(['echo'])], OPTIONS);
    assert.equal(result.broken?.kind, 'shell');
    assert.deepEqual(result.attempts, [[]]);
  });
});

/** What distributions have as /bin/sh. */
for (const program of ['dash', 'bash --posix', 'busybox sh'])
  suite(`a batch where /bin/sh is ${program}`, here, () => {
    const [name = ''] = program.split(' ');
    const node = execHere(['sh'], program);
    const skip = !isInstalled(name) && 'not installed';

    test('a command that hangs is ended with its children, and the others go on', { skip }, async () => {
      const { script, mark } = hanging();
      const result = await runBatch(node, [sh(script), task(['echo', 'next'])], { ...OPTIONS, limit: 300 });
      const [hung, next] = result.attempts.map(([first]) => first);
      assert.equal(hung?.cut, 'time');
      assert.equal(hung.code, 143);
      assert.deepEqual([next?.stdout.toString(), next?.cut], ['next\n', undefined]);
      assert.equal(result.broken, undefined);
      assert.ok(!runs(mark));
    });

    test('one that does not listen to TERM is killed', { skip }, async () => {
      const { script, mark } = hanging("trap '' TERM;");
      const result = await runBatch(node, [sh(script)], { ...OPTIONS, limit: 300 });
      assert.equal(result.attempts[0]?.[0]?.code, 137);
      assert.ok(!runs(mark));
    });

    test('what a command leaves behind ends with it', { skip }, async () => {
      const mark = randomUUID();
      const result = await runBatch(node, [sh(`sh -c 'sleep 1000; : ${mark}' & echo done`)], OPTIONS);
      assert.deepEqual(outcomes(result), [[[0, 'done\n', '']]]);
      assert.ok(!runs(mark));
    });

    test('the end of the input ends everything at once', { skip }, async () => {
      const { script, mark } = hanging();
      const controller = new AbortController();
      const result = await runBatch(node, [task(['echo', 'first']), sh(script), task(['echo', 'never'])], {
        ...OPTIONS,
        signal: controller.signal,
        onStart: (at) => {
          if (at === 1) controller.abort();
        },
      });
      assert.deepEqual(outcomes(result)[0], [[0, 'first\n', '']]);
      assert.deepEqual(outcomes(result)[2], []);
      assert.equal(result.broken?.kind, 'cancelled');
      assert.ok(!runs(mark));
    });
  });
