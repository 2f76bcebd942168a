import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleTests } from '../../scripts/bundle-tests.mjs';
import { isolated } from '../../scripts/lib/isolated.mjs';
import { messageOf } from '../../src/nodes/ssh/errors';
import { command, type Finished } from '../kernel/lab/command';
import type { LabOptions } from './options';
import { childrenOf } from './processes';

const PREFIX = 'hoplens-lab-';
const KEEPER = 'test/out/lab-keeper.mjs';
/** It takes three seconds where nothing else runs. */
const PATIENCE_MS = 60_000;

/** The process that keeps a lab. */
interface Keeper {
  readonly pid: number;
  /** When it did: numbers are used again. */
  readonly began: string;
  /** Whether it stays when who asked for it has ended. */
  readonly lasting: boolean;
}

let bundle: Promise<void> | undefined;

/**
 * A lab of real nodes, as one has it from outside: its nodes are in namespaces of their own, and an ssh_config leads to
 * them. A process keeps it, and with that it ends; nothing else of this machine has changed.
 */
export class Lab {
  private constructor(
    /** Its files: nobody else's. */
    readonly folder: string,
    private readonly keeper: Keeper,
  ) {}

  /**
   * Builds a lab, in some seconds. `lasting`: until it is closed, by whatever process; else at the latest until this one
   * ends.
   */
  static async up(options: LabOptions = {}, { lasting = false } = {}): Promise<Lab> {
    await (bundle ??= bundleTests(['test/lab/keeper.ts'], KEEPER, { format: 'esm' }));
    const folder = realpathSync(mkdtempSync(join(tmpdir(), PREFIX)));
    const log = openSync(join(folder, 'log'), 'a');
    const node = [process.execPath, '--enable-source-maps', KEEPER, folder, JSON.stringify(options)];
    const keeper = spawn('unshare', isolated(node, { network: false }), {
      stdio: [lasting ? 'ignore' : 'pipe', 'pipe', log],
      env: { ...process.env, PATH: [process.env['PATH'], '/usr/sbin', '/sbin'].join(':') },
      detached: true,
    });
    const pid = keeper.pid ?? 0;
    const lab = new Lab(folder, { pid, began: beginOf(pid), lasting });
    writeFileSync(join(folder, 'lab.json'), JSON.stringify(lab.keeper));
    try {
      await ready(keeper);
    } catch (error) {
      const said = readFileSync(join(folder, 'log'), 'utf8');
      await lab.close();
      throw new Error(`the lab cannot be built, ${messageOf(error)}: ${said.trim()}`);
    }
    keeper.unref();
    keeper.stdout?.destroy();
    // What keeps the lab does so while it can read from this process.
    (keeper.stdin as { unref?: () => void } | null)?.unref?.();
    return lab;
  }

  /** Those that last, and what is left of those that are not up. */
  static all(): Lab[] {
    return readdirSync(tmpdir())
      .filter((name) => name.startsWith(PREFIX))
      .map((name) => new Lab(join(tmpdir(), name), keeperOf(join(tmpdir(), name))))
      .filter((lab) => lab.keeper.lasting || !lab.isUp);
  }

  get name(): string {
    return this.folder.slice(this.folder.lastIndexOf(PREFIX) + PREFIX.length);
  }

  get isUp(): boolean {
    return this.keeper.began !== '' && beginOf(this.keeper.pid) === this.keeper.began;
  }

  /** A file for `ssh -F`. Nothing is known of the nodes' host keys; what is accepted is written beside it. */
  get sshConfig(): string {
    return join(this.folder, 'ssh_config');
  }

  /** Runs a shell command on a node, as somebody who may use sudo. */
  async run(node: string, script: string): Promise<Finished> {
    const trusting = ['-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null', '-o', 'LogLevel=ERROR'];
    return command(['ssh', '-F', this.sshConfig, ...trusting, node, script]);
  }

  /**
   * Asks a web server, from a node (`worker`) or a container on it (`worker/alpine`), and tells whom it has seen;
   * undefined where it has not answered in two seconds.
   */
  async curl(from: string, address: string): Promise<string | undefined> {
    const [node = '', container] = from.split('/');
    const inside = container === undefined ? '' : `sudo nsenter --net=/run/netns/${container} `;
    const { stdout } = await this.run(node, `${inside}curl --silent --max-time 2 http://${address}/`);
    return /^hello, you are (\S+) port \d+$/m.exec(stdout)?.[1];
  }

  /** Removes all of it. */
  async close(): Promise<void> {
    if (this.isUp) {
      // With the keeper goes the first process of its process namespace, and that ends when no other is left in there
      // (kernel/pid_namespace.c, zap_pid_ns_processes).
      const first = childrenOf(String(this.keeper.pid)).map(
        (child) => [Number(child), beginOf(Number(child))] as const,
      );
      process.kill(this.keeper.pid, 'SIGKILL');
      const isThere = (): boolean => this.isUp || first.some(([pid, began]) => began !== '' && beginOf(pid) === began);
      const end = Date.now() + 10_000;
      while (isThere() && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 20));
    }
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10 });
  }
}

function keeperOf(folder: string): Keeper {
  try {
    return JSON.parse(readFileSync(join(folder, 'lab.json'), 'utf8')) as Keeper;
  } catch {
    return { pid: 0, began: '', lasting: false };
  }
}

/** When a process began, in ticks since the machine did (proc(5), stat); empty where there is none. */
function beginOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state = '', ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' ? '' : (rest[18] ?? '');
  } catch {
    return '';
  }
}

/** Waits for its first word. */
async function ready(keeper: ChildProcess): Promise<void> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const ended = once(keeper, 'exit', { signal }).then(([code]) => {
    throw new Error(`exit code ${String(code)}`);
  });
  try {
    await Promise.race([keeper.stdout && once(keeper.stdout, 'data', { signal }), ended]);
  } catch (error) {
    throw signal.aborted ? new Error(`not ready after ${PATIENCE_MS / 1000} s`) : error;
  }
}
