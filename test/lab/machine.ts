import { type ChildProcessByStdio, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { createInterface } from 'node:readline';
import { childrenOf, neighboursOf } from './processes';

export interface MachineOptions {
  /** Enters the network namespace, and whatever else the machine is to share: `['ip', 'netns', 'exec', NAME]`. */
  readonly prefix?: readonly string[];
  /** An empty folder of its own, which whoever made it removes after `close`. */
  readonly folder: string;
}

export interface User {
  readonly name: string;
  /** A login shell; default: /bin/sh. */
  readonly shell?: string;
  readonly password?: string;
  /** Lines of authorized_keys. */
  readonly keys?: readonly string[];
  /** What sudo lets the user do; default: nothing. */
  readonly sudo?: 'without password' | 'with password';
}

/** What of the real /etc programs need to run. */
const NEEDED = [
  'alternatives',
  'iproute2',
  'ld.so.cache',
  'ld.so.conf',
  'ld.so.conf.d',
  'protocols',
  'services',
  'ssl',
];

const FILES: Readonly<Record<string, string>> = {
  'etc/passwd': 'root:x:0:0:root:/root:/bin/sh\nsshd:x:100:65534::/run/sshd:/usr/sbin/nologin\n',
  'etc/group': 'root:x:0:\nnogroup:x:65534:\n',
  'etc/shadow': 'root:*:20000::::::\n',
  'etc/nsswitch.conf': 'passwd: files\ngroup: files\nshadow: files\nhosts: files dns\n',
  'etc/hosts': '127.0.0.1 localhost\n',
  'etc/sudoers': 'Defaults !fqdn\n',
  // Whoever has the password is somebody.
  'etc/pam.d/sshd': 'auth required pam_unix.so\naccount required pam_permit.so\nsession required pam_permit.so\n',
  'etc/pam.d/sudo': 'auth required pam_unix.so\naccount required pam_permit.so\nsession required pam_permit.so\n',
};

/** Where a folder of the machine's own takes the place of the real one. */
const OWN = ['etc', 'run', 'home', 'root', 'var', 'tmp'];

/** The first process: it reaps what loses its parents, and all others end with it. */
const INIT = `
for name in ${OWN.join(' ')}; do mount --bind "$1/$name" "/$name"; done
mount -o remount,bind,ro /
sleep infinity & echo ready; wait`;

/**
 * A machine of its own accounts and files: a mount and a process namespace. Nothing of the real machine's is written to;
 * the folders `etc`, `run`, `home`, `root`, `var` and `tmp` of `folder` are the machine's own, and may be written to from outside.
 */
export class Machine {
  private constructor(
    private readonly process: ChildProcessByStdio<null, Readable, null>,
    /** The first process, as the real machine numbers it. */
    readonly target: string,
    private readonly first: readonly string[],
    readonly folder: string,
  ) {}

  static async start({ prefix = [], folder }: MachineOptions): Promise<Machine> {
    for (const name of [...OWN, 'etc/ssh', 'etc/pam.d', 'run/sshd', 'run/netns', 'var/lib', 'var/log', 'var/tmp'])
      mkdirSync(join(folder, name), { recursive: true });
    symlinkSync('/run', join(folder, 'var/run'));
    for (const name of ['tmp', 'var/tmp']) chmodSync(join(folder, name), 0o1777);
    chmodSync(join(folder, 'root'), 0o700);
    for (const name of NEEDED)
      if (existsSync(`/etc/${name}`))
        cpSync(`/etc/${name}`, join(folder, 'etc', name), { recursive: true, verbatimSymlinks: true });
    for (const [name, content] of Object.entries(FILES))
      if (!existsSync(join(folder, name))) writeFileSync(join(folder, name), content);
    chmodSync(join(folder, 'etc/shadow'), 0o600);
    chmodSync(join(folder, 'etc/sudoers'), 0o440);
    const apart = ['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
    const child = spawn('env', [...prefix, ...apart, 'sh', '-ec', INIT, 'sh', folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await firstLine(child);
    const [init] = childrenOf(String(child.pid ?? ''));
    if (init === undefined) throw new Error('the first process of a machine is gone');
    return new Machine(child, init, childrenOf(init), folder);
  }

  /** What to put before a command that is to run on the machine, as root. */
  get enter(): readonly string[] {
    return ['nsenter', '--target', this.target, '--mount', '--uts', '--pid', '--net'];
  }

  /** Adds an account with a home; of `root` only keys and password are taken. */
  addUser({ name, shell = '/bin/sh', password, keys = [], sudo }: User): void {
    const accounts = readFileSync(join(this.folder, 'etc/passwd'), 'utf8');
    const isRoot = name === 'root';
    const id = isRoot ? 0 : 2000 + accounts.split('\n').length;
    const home = isRoot ? 'root' : `home/${name}`;
    if (!isRoot) {
      this.append('etc/passwd', `${name}:x:${id}:${id}::/${home}:${shell}`);
      this.append('etc/group', `${name}:x:${id}:`);
      this.append('etc/shadow', `${name}:${password === undefined ? '*' : hash(password)}:20000::::::`);
    }
    const ssh = join(this.folder, home, '.ssh');
    mkdirSync(ssh, { recursive: true, mode: 0o700 });
    writeFileSync(join(ssh, 'authorized_keys'), keys.map((key) => `${key.trim()}\n`).join(''), { mode: 0o600 });
    for (const path of [join(this.folder, home), ssh, join(ssh, 'authorized_keys')]) chownSync(path, id, id);
    if (sudo) this.append('etc/sudoers', `${name} ALL=(ALL) ${sudo === 'without password' ? 'NOPASSWD: ' : ''}ALL`);
  }

  private append(file: string, line: string): void {
    writeFileSync(join(this.folder, file), `${line}\n`, { flag: 'a' });
  }

  /** The command lines of all that runs on it, but for its first processes. */
  processes(): string[] {
    return neighboursOf(this.target)
      .filter(({ pid }) => pid !== this.target && !this.first.includes(pid))
      .map(({ command }) => command);
  }

  /** Ends all that runs on it. */
  async close(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const gone = new Promise((resolve) => this.process.once('close', resolve));
    this.process.kill('SIGKILL');
    await gone;
  }
}

/** As crypt(3) does; Debian always has perl. */
function hash(password: string): string {
  const salt = randomBytes(8).toString('hex');
  return execFileSync('perl', ['-e', 'print crypt($ARGV[0], "\\$6\\$$ARGV[1]")', password, salt], { encoding: 'utf8' });
}

function firstLine(child: ChildProcessByStdio<null, Readable, null>): Promise<void> {
  return new Promise((resolve, reject) => {
    createInterface(child.stdout).once('line', () => {
      resolve();
    });
    child.once('error', reject).once('exit', (code) => {
      reject(new Error(`a machine cannot be made: its first process ended with code ${code ?? '?'}`));
    });
  });
}
