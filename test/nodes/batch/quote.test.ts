import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { commandLine } from '../../../src/nodes/batch/quote';

suite('a command line', () => {
  test('is read by sh as the words that it is of', { skip: process.platform === 'win32' && 'needs sh' }, () => {
    const word = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom(...Array.from('\'"\\$`!*?[]{}()<>|&;#~ \t\n-=a')) }),
    );
    const words = fc.array(
      word.filter((text) => !text.includes('\0')),
      { minLength: 1 },
    );
    fc.assert(
      fc.property(words, (list) => {
        // A lone half of a surrogate pair has no bytes of its own.
        const sendable = list.map((text) => Buffer.from(text).toString());
        const script = commandLine(['printf', '%s\\0', ...sendable]);
        const { stdout } = spawnSync('/bin/sh', { input: script, env: { PATH: process.env['PATH'] } });
        assert.deepEqual(stdout.toString().split('\0').slice(0, -1), sendable);
      }),
      { numRuns: 100 },
    );
  });

  test('is as somebody would type it, where nothing needs quotes', () => {
    assert.equal(commandLine(['iptables-save', '-c']), 'iptables-save -c');
    assert.equal(commandLine(['sh', '-c', "echo 'it'"]), `sh -c 'echo '\\''it'\\'''`);
  });
});
