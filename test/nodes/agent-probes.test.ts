import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import { CONFIG_MAP_PROBES } from '../../src/nodes/agent-probes';
import { temporaryFolder } from './support/folder';

/** What the first probe says where kubectl prints this. */
function ask(
  context: TestContext,
  prints: string,
): { status: number | null; stdout: string; stderr: string; asked: string } {
  const folder = temporaryFolder(context);
  writeFileSync(join(folder, 'answer'), prints);
  writeFileSync(join(folder, 'kubectl'), `#!/bin/sh\nprintf '%s\\n' "$@" >'${folder}/asked'\ncat '${folder}/answer'\n`);
  chmodSync(join(folder, 'kubectl'), 0o755);
  const [program = '', ...words] = CONFIG_MAP_PROBES[0]?.argv ?? [];
  const ran = spawnSync(program, words, { encoding: 'utf8', env: { PATH: `${folder}:${process.env['PATH'] ?? ''}` } });
  const asked = spawnSync('cat', [join(folder, 'asked')], { encoding: 'utf8' }).stdout;
  return { ...ran, asked };
}

suite('an entry of a ConfigMap', () => {
  test('is printed byte for byte', (context) => {
    for (const text of ['mode: ""\n', 'mode: ""', '\n\nmode: "%s \\n $(id)"\n\n']) {
      const { status, stdout, asked } = ask(context, text);
      assert.deepEqual([status, stdout], [0, text]);
      assert.match(asked, /^-n\nkube-system\nget\nconfigmap\nkube-proxy\n[^]*\njsonpath=\{\.data\.config\\\.conf\}\n$/);
    }
  });

  test('is as if it were not there where it holds a secret, or is not', (context) => {
    for (const text of ['', '{"Backend":{"Type":"wireguard","PSK":"hush"}}']) {
      const { status, stdout, stderr } = ask(context, text);
      assert.deepEqual([status, stdout], [1, '']);
      assert.match(stderr, /no such file/);
    }
  });
});
