import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import base from '../../../src/nodes/apply/node/base.sh';
import cluster from '../../../src/nodes/apply/node/cluster.sh';
import rules from '../../../src/nodes/apply/node/rules.sh';
import verbs from '../../../src/nodes/apply/node/verbs.sh';
import { folderOf, type NodeChange, nodeProgram } from '../../../src/nodes/apply/node-script';
import { temporaryFolder } from '../support/folder';

const NASTY = Array.from('\'"\\$`!*?[]{}()<>|&;#~ \t\n\r\u0001\u001b\u007f-=a%é');
/** A lone half of a surrogate pair has no bytes of its own. */
const word = fc
  .oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom(...NASTY) }))
  .map((text) => Buffer.from(text.replaceAll('\0', '')).toString());

function whyNot([program = '']: readonly string[]): string | false {
  return spawnSync(program, ['-c', ':']).error !== undefined && `${program} is not installed`;
}

const SHELLS = [['dash'], ['bash', '--posix'], ['busybox', 'sh']] as const;

/** What parts of the program print when they run a script of their own. */
function run(
  [name, ...args]: readonly [string, ...string[]],
  parts: string,
  script: string,
  words: readonly string[],
): string {
  const { status, stdout, stderr } = spawnSync(name, [...args, '-c', `${parts}\n${script}`, 'change', ...words], {
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  return stdout;
}

suite('the program for a node', { skip: process.platform !== 'linux' && 'needs a Linux node' }, () => {
  for (const shell of SHELLS)
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

  for (const shell of SHELLS)
    test(`writes any text into its journal, and tells it, by ${shell.join(' ')}`, { skip: whyNot(shell) }, () => {
      fc.assert(
        fc.property(fc.array(word, { minLength: 1, maxLength: 15 }), (words) => {
          const printed = run(
            shell,
            `${base}${verbs}`,
            'for word; do json "$word"; echo; plain "$word"; echo; done',
            words,
          );
          const lines = printed.split('\n').slice(0, -1);
          assert.deepEqual(
            lines.map((line, at) => (at % 2 === 0 ? (JSON.parse(`"${line}"`) as unknown) : line)),
            words.flatMap((text) => [
              text.replace(/[\n\t]/g, ' ').replace(/[\u0000-\u001f]/g, ''),
              text.replaceAll('\n', ' ').replace(/[\u0000-\u001f\u007f]/g, ''),
            ]),
          );
        }),
        { numRuns: 8 },
      );
    });

  test('has each version of iptables wait for the lock in its words', (context) => {
    const folder = temporaryFolder(context);
    const program = (name: string, text: string): void => {
      writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
      chmodSync(join(folder, name), 0o755);
    };
    // What --help says of it in 1.4.19, 1.4.20 and 1.4.22; -w of iptables-restore came with 1.6.2.
    for (const [help, restore, expected] of [
      ['--verbose\t-v\t\tverbose mode', 'exit 2', '|'],
      ['--wait\t-w\t\twait for the xtables lock', 'exit 2', '-w|'],
      ['--wait\t-w [seconds]\tmaximum wait to acquire xtables lock', 'exit 2', '-w 2|'],
      ['--wait\t-w [seconds]\tmaximum wait to acquire xtables lock', '[ "$1" = -w ]', '-w 2|-w 2'],
    ] as const) {
      program('iptables', `printf '  ${help}\\n'`);
      program('iptables-restore', restore);
      const script = 'printf "%s|%s" "$(lock_of "$1")" "$(restore_lock_of "$1")"';
      assert.equal(run(['sh'], `${base}${rules}`, script, [join(folder, 'iptables')]), expected);
    }
  });

  const own = existsSync('/etc/kubernetes/admin.conf') && 'this machine has rights of its own';
  test('asks the Kubernetes API by what the node has', { skip: own }, (context) => {
    const folder = temporaryFolder(context);
    const ask = (): string => run(['sh'], `${base}PATH=$1\n${cluster}`, 'kubectl_here', [folder]);
    assert.equal(ask(), 'k3s kubectl\n');
    writeFileSync(join(folder, 'kubectl'), '#!/bin/sh\n');
    chmodSync(join(folder, 'kubectl'), 0o755);
    assert.equal(ask(), 'kubectl\n');
  });
});
