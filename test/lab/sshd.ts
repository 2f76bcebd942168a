import { type ChildProcessByStdio, execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Machine } from './machine';
import { childrenOf } from './processes';

export interface SshdOptions {
  readonly port: number;
  /** Default: all of the machine's. */
  readonly address?: string;
  /** Shown before login. */
  readonly banner?: string;
  /** More lines of sshd_config; of an option that is given twice the first counts, and these come first. */
  readonly config?: readonly string[];
}

const KEY = 'etc/ssh/ssh_host_ed25519_key';

/** A real sshd on a machine. Without PAM, unless `config` says otherwise. */
export class Sshd {
  private constructor(
    private readonly process: ChildProcessByStdio<null, null, Readable>,
    readonly port: number,
    /** The public part: `ssh-ed25519 AAAA…`. */
    readonly hostKey: string,
    /** What it has said so far. */
    readonly log: readonly string[],
  ) {}

  static async start(machine: Machine, { port, address = '0.0.0.0', banner, config = [] }: SshdOptions): Promise<Sshd> {
    const path = (name: string): string => `${machine.folder}/${name}`;
    if (!existsSync(path(KEY)))
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'test', '-f', path(KEY)]);
    if (banner !== undefined) writeFileSync(path('etc/ssh/banner'), banner);
    const lines = [
      ...config,
      `Port ${port}`,
      `ListenAddress ${address}`,
      `HostKey /${KEY}`,
      'PermitRootLogin yes',
      'KbdInteractiveAuthentication no',
      'UsePAM no',
      'PidFile none',
      'LogLevel VERBOSE',
      ...(banner === undefined ? [] : ['Banner /etc/ssh/banner']),
    ];
    const file = `etc/ssh/sshd_config_${port}`;
    writeFileSync(path(file), lines.map((line) => `${line}\n`).join(''));
    const command = [...machine.enter, '/usr/sbin/sshd', '-D', '-e', '-f', `/${file}`];
    const child = spawn('env', command, { stdio: ['ignore', 'ignore', 'pipe'], env: { PATH: process.env['PATH'] } });
    const log: string[] = [];
    await new Promise<void>((resolve, reject) => {
      createInterface(child.stderr).on('line', (line) => {
        log.push(line);
        if (line.includes('Server listening on')) resolve();
      });
      child.once('error', reject).once('exit', (code) => {
        reject(new Error(`sshd ended with code ${code ?? '?'}: ${log.join('; ')}`));
      });
    });
    const [type = '', key = ''] = readFileSync(path(`${KEY}.pub`), 'utf8').split(' ');
    return new Sshd(child, port, `${type} ${key}`, log);
  }

  /** Ends it; sessions that are open live on until the machine ends. */
  async close(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const gone = new Promise((resolve) => this.process.once('exit', resolve));
    // The process itself only waits for the one that has entered the machine.
    for (const pid of childrenOf(String(this.process.pid ?? ''))) process.kill(Number(pid), 'SIGTERM');
    await gone;
  }
}
