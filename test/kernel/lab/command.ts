import { spawn } from 'node:child_process';

export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What makes a command run in a network namespace. Without ip's mounts of /sys, which nothing here reads. */
export function inside(namespace: string): string[] {
  return ['nsenter', `--net=/run/netns/${namespace}`];
}

/** Runs a command, for at most `seconds`. */
export async function command(argv: readonly string[], input = '', seconds = 120): Promise<Finished> {
  const [program = '', ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { timeout: seconds * 1000, killSignal: 'SIGKILL', env: commandEnvironment });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ code: code ?? 137, stdout, stderr });
    });
    // A command that does not read its input closes the pipe.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

const commandEnvironment = { ...process.env, LC_ALL: 'C' };

/** Runs a command that has to succeed; what it prints. */
export async function mustRun(argv: readonly string[], input = ''): Promise<string> {
  const { code, stdout, stderr } = await command(argv, input);
  if (code !== 0) throw new Error(`${argv.join(' ')} ended with code ${code}: ${stderr}${input && `\n${input}`}`);
  return stdout;
}
