import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { folderOf, type NodeChange, nodeProgram } from '../../../src/nodes/apply/node-script';
import { temporaryFolder } from '../support/folder';

const NASTY = Array.from('\'"\\$`!*?[]{}()<>|&;#~ \t\n-=a%');
/** A lone half of a surrogate pair has no bytes of its own. */
const word = fc
  .oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom(...NASTY) }))
  .map((text) => Buffer.from(text.replaceAll('\0', '')).toString());

function whyNot([program = '']: readonly string[]): string | false {
  return spawnSync(program, ['-c', ':']).error !== undefined && `${program} is not installed`;
}

suite('the program for a node', { skip: process.platform !== 'linux' && 'needs a Linux node' }, () => {
  for (const shell of [['dash'], ['bash', '--posix'], ['busybox', 'sh']])
    test(`takes each word for what it is, by ${shell.join(' ')}`, { skip: whyNot(shell) }, (context) => {
      let run = 0;
      const parent = temporaryFolder(context);
      fc.assert(
        fc.property(fc.array(word, { minLength: 1, maxLength: 40 }), (words) => {
          const change: NodeChange = {
            ...{ id: '20261122t120000-abcdef', seconds: 60, begin: '{}' },
            operations: [{ kind: 'restart', agent: 'printf', argv: ['printf', '%s\\0', ...words] }],
          };
          const folder = join(parent, String(run++));
          mkdirSync(folder);
          const program = nodeProgram(change).replaceAll(folderOf(change), folder);
          const [name = '', ...args] = shell;
          const { status, stderr } = spawnSync(name, [...args, '-c', program, 'change', 'does_1'], {
            encoding: 'utf8',
          });
          assert.equal(status, 0, stderr);
          // The first line says what is run.
          const [, ...printed] = readFileSync(join(folder, 'log'), 'utf8').split('\n');
          assert.deepEqual(printed.join('\n').split('\0').slice(0, -1), words);
        }),
        { numRuns: 12 },
      );
    });
});
