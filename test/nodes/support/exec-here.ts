import { spawn } from 'node:child_process';
import type { Connection } from '../../../src/nodes/ssh/connection';
import type { ExecResult } from '../../../src/nodes/ssh/exec';

/**
 * A node that is this machine: what an sshd would run for a user with this login shell, `sh` being its /bin/sh. Its end
 * closes the input, no more.
 */
export function execHere(shell: readonly string[] = ['sh'], sh = '/bin/sh'): Pick<Connection, 'exec' | 'name'> {
  const [program = '', ...args] = shell;
  return {
    name: 'here',
    exec: (command, { input, onOpen, onStdout, onStderr, signal }) =>
      new Promise((resolve, reject) => {
        const child = spawn(program, [...args, '-c', command.replace('/bin/sh', sh)], { stdio: 'pipe' });
        let ended: ExecResult['ended'] = 'by itself';
        child.stdout.on('data', (bytes: Buffer) => onStdout?.(bytes));
        child.stderr.on('data', (bytes: Buffer) => onStderr?.(bytes));
        child.stdin.on('error', () => undefined);
        child.stdin.write(input);
        onOpen?.((text) => child.stdin.write(text));
        signal.addEventListener('abort', () => {
          ended = 'stopped';
          child.stdin.end();
        });
        child.on('error', reject).on('close', (code) => {
          const none = Buffer.alloc(0);
          resolve({ code: code ?? undefined, killedBy: undefined, stdout: none, stderr: none, ended });
        });
      }),
  };
}
