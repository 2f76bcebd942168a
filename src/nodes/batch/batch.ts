import { randomBytes } from 'node:crypto';
import type { Connection } from '../ssh/connection';
import { SshError } from '../ssh/errors';
import type { ExecResult } from '../ssh/exec';
import { Regions } from './regions';
import { ASK_SUDO, ASK_SUDO_COMMANDS, batchScript, SHELL, type Task } from './script';

/** How root's commands were run: as root itself, all by sudo, some by sudo as it allows them, or not at all. */
export type RootAccess = 'root' | 'sudo' | 'some by sudo' | 'none';

/** What one command line came to. */
export interface Attempt {
  readonly argv: readonly string[];
  /** As sh tells it: 127 not installed, 128 and more killed. */
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  /** Why it was ended before its time; what it has printed until then is not the whole. */
  readonly cut: 'time' | 'size' | undefined;
}

export interface BatchResult {
  /** Of each task, what was tried, in order; nothing where it was not come to. */
  readonly attempts: readonly (readonly Attempt[])[];
  readonly root: RootAccess;
  /** What sudo says where it does not let everything be run. */
  readonly sudoSays: string;
  /** Why not all of it was done; undefined where it was. */
  readonly broken: SshError | undefined;
}

export interface BatchOptions {
  /** Of each command, in milliseconds. */
  readonly limit: number;
  /** Of each command, both streams together. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
  readonly onStart?: (task: number, argv: readonly string[]) => void;
  readonly onEnd?: (task: number, attempt: Attempt) => void;
}

/** From one command to the next, the first included; and from an order to end a command to its end. */
const START_LIMIT = 10_000;
const TERM_GRACE = 1_000;
const KILL_GRACE = 2_000;

/** Runs commands on a node one after the other, in one shell without a terminal; see script.ts. */
export async function runBatch(
  connection: Pick<Connection, 'exec' | 'name'>,
  tasks: readonly Task[],
  options: BatchOptions,
): Promise<BatchResult> {
  return new Batch(connection, tasks, options).run();
}

/** A command that runs, or has run while one of its streams has not told yet. */
interface Running {
  readonly stdout: Buffer[];
  readonly stderr: Buffer[];
  bytes: number;
  cut: Attempt['cut'];
  /** Streams on which its end was seen. */
  ends: number;
}

class Batch {
  private readonly nonce = randomBytes(16).toString('hex');
  private readonly running = new Map<string, Running>();
  private readonly attempts: Attempt[][];
  private readonly gaveUp = new AbortController();
  private send: (text: string) => void = () => undefined;
  private timer: NodeJS.Timeout | undefined;
  private rootBegan = false;
  private sudo: Attempt | undefined;
  private sudoCommands: Attempt | undefined;
  /** Why it was given up, or could not be done. */
  private broken: SshError | undefined;

  constructor(
    private readonly connection: Pick<Connection, 'exec' | 'name'>,
    private readonly tasks: readonly Task[],
    private readonly options: BatchOptions,
  ) {
    this.attempts = tasks.map(() => []);
  }

  async run(): Promise<BatchResult> {
    const stdout = this.regions('stdout');
    const stderr = this.regions('stderr');
    const { name } = this.connection;
    this.giveUpAfter(START_LIMIT, `${name} does not start a shell; check its load, and the login shell of the user.`);
    try {
      const result = await this.connection.exec(SHELL, {
        input: batchScript(this.nonce, this.tasks),
        maxBytes: Infinity,
        signal: AbortSignal.any([this.options.signal, this.gaveUp.signal]),
        onOpen: (send) => (this.send = send),
        onStdout: (bytes) => {
          stdout.push(bytes);
        },
        onStderr: (bytes) => {
          stderr.push(bytes);
        },
      });
      this.broken ??= this.reason(result);
    } catch (error) {
      if (!(error instanceof SshError)) throw error;
      this.broken ??= this.cancelled ?? error;
    } finally {
      clearTimeout(this.timer);
    }
    return {
      attempts: this.attempts,
      root: this.rootAccess,
      sudoSays: this.sudo?.cut ? 'nothing, it hangs' : (this.sudo?.stderr.toString().trim() ?? ''),
      broken: this.broken,
    };
  }

  private get rootAccess(): RootAccess {
    if (!this.sudo) return this.rootBegan ? 'root' : 'none';
    if (this.sudo.code === 0) return 'sudo';
    return this.sudoCommands?.code === 0 ? 'some by sudo' : 'none';
  }

  private get cancelled(): SshError | undefined {
    return this.options.signal.aborted
      ? new SshError('cancelled', `Reading ${this.connection.name} was cancelled.`)
      : undefined;
  }

  private reason({ ended, code }: ExecResult): SshError | undefined {
    const { name } = this.connection;
    if (this.cancelled) return this.cancelled;
    if (ended === 'connection lost')
      return new SshError('closed', `The connection to ${name} broke off while it was read; connect again.`);
    if (code === 0) return undefined;
    const message = `${name} does not run /bin/sh (exit code ${code ?? 'unknown'}); check the login shell of the user, and ForceCommand of its sshd.`;
    return new SshError('shell', message);
  }

  private regions(stream: 'stdout' | 'stderr'): Regions {
    return new Regions(this.nonce, {
      onStart: (name) => {
        const running = this.enter(name);
        if (stream === 'stdout') this.started(name, running);
      },
      onData: (name, bytes) => {
        const running = this.enter(name);
        running.bytes += bytes.length;
        if (running.bytes <= this.options.maxBytes) running[stream].push(bytes);
        else if (!running.cut) this.stop(name, running, 'size');
      },
      onEnd: (name, code) => {
        const running = this.enter(name);
        if (stream === 'stdout') this.expectNext();
        if (++running.ends === 2) this.ended(name, code, running);
      },
    });
  }

  private enter(name: string): Running {
    let running = this.running.get(name);
    if (!running) {
      running = { stdout: [], stderr: [], bytes: 0, cut: undefined, ends: 0 };
      this.running.set(name, running);
    }
    return running;
  }

  private started(name: string, running: Running): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.stop(name, running, 'time');
    }, this.options.limit);
    const [task, argv] = this.argvOf(name);
    if (task === undefined) return;
    if (this.tasks[task]?.root) this.rootBegan = true;
    this.options.onStart?.(task, argv);
  }

  /** Ends a command: kindly, then not, and in the end without it. */
  private stop(name: string, running: Running, why: 'time' | 'size'): void {
    running.cut = why;
    clearTimeout(this.timer);
    this.send(`term ${name}\n`);
    this.timer = setTimeout(() => {
      this.send(`kill ${name}\n`);
      const [, argv] = this.argvOf(name);
      const what = argv.length > 0 ? argv.join(' ') : 'sudo';
      this.giveUpAfter(KILL_GRACE, `${this.connection.name} cannot end "${what}", which hangs; look at it there.`);
    }, TERM_GRACE);
  }

  private expectNext(): void {
    clearTimeout(this.timer);
    this.giveUpAfter(START_LIMIT, `${this.connection.name} does not go on; check its load, and whether sudo hangs.`);
  }

  private giveUpAfter(limit: number, message: string): void {
    this.timer = setTimeout(() => {
      this.broken = new SshError('timed-out', message);
      this.gaveUp.abort();
    }, limit);
  }

  private ended(name: string, code: number, running: Running): void {
    this.running.delete(name);
    const [task, argv] = this.argvOf(name);
    const { cut } = running;
    const attempt = { argv, code, stdout: Buffer.concat(running.stdout), stderr: Buffer.concat(running.stderr), cut };
    if (name === ASK_SUDO) this.sudo = attempt;
    else if (name === ASK_SUDO_COMMANDS) this.sudoCommands = attempt;
    else if (task !== undefined) {
      this.attempts[task]?.push(attempt);
      this.options.onEnd?.(task, attempt);
    }
  }

  /** A command's task and words, by the name in its marks; without a task for a question to sudo. */
  private argvOf(name: string): [task: number | undefined, argv: readonly string[]] {
    const [task = -1, older = -1] = name.split('.').map(Number);
    const argv = this.tasks[task]?.attempts[older];
    return argv ? [task, argv] : [undefined, []];
  }
}
