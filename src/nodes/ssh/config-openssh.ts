import { execFile } from 'node:child_process';
import type { ConfigReader, ConfigValues } from './config-values';
import { checkName, checkPort } from './destination';
import { codeOf, SshError } from './errors';

const LIMIT = 15_000;

/**
 * Asks the installed OpenSSH (`ssh -G`), which alone knows all of ssh_config(5). Without a shell; a Match exec in the
 * user's own configuration is run by ssh, as it always is. `file`: instead of the user's and the system's.
 * Where there is no ssh, or one from before 2015, `otherwise` is asked.
 */
export function opensshConfig(file: string | undefined, otherwise: ConfigReader, program = 'ssh'): ConfigReader {
  return async (destination, signal) => {
    const args = [
      '-G',
      ...(file === undefined ? [] : ['-F', file]),
      ...(destination.user === undefined ? [] : ['-l', checkName('user', destination.user)]),
      ...(destination.port === undefined ? [] : ['-p', String(checkPort(destination.port))]),
      '--',
      checkName('host', destination.host),
    ];
    const answer = await run(program, args, signal);
    return typeof answer === 'string' ? parse(answer) : otherwise(destination, signal);
  };
}

function run(program: string, args: readonly string[], signal: AbortSignal | undefined): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const options = { timeout: LIMIT, windowsHide: true, maxBuffer: 1 << 20, ...(signal && { signal }) };
    const child = execFile(program, args, options, (error, stdout, stderr) => {
      if (!error) resolve(stdout);
      else if (signal?.aborted) reject(new SshError('cancelled', 'Cancelled.'));
      else if (codeOf(error) === 'ENOENT' || /(illegal|unknown|invalid) option/i.test(stderr)) resolve(undefined);
      else {
        const why = error.killed ? `it took more than ${LIMIT / 1000} s` : stderr.trim().replace(/\s+/g, ' ');
        reject(new SshError('settings', `ssh -G cannot read the SSH configuration (${why}); correct it.`));
      }
    });
    child.stdin?.end();
  });
}

function parse(text: string): ConfigValues {
  const values = new Map<string, string[]>();
  for (const line of text.split(/\r?\n/)) {
    const [, name, value] = /^(\S+) (.*)$/.exec(line) ?? [];
    if (name !== undefined) values.set(name, [...(values.get(name) ?? []), value ?? '']);
  }
  return values;
}
