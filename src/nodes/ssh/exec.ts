import type ssh2 from 'ssh2';
import { messageOf, SshError } from './errors';

export interface ExecOptions {
  /** Sent to the standard input, which stays open until the command ends: its end tells the command to stop. */
  readonly input?: string;
  /** Gets the way to send more, as long as the command runs. */
  readonly onOpen?: (send: (text: string) => void) => void;
  /** Of both streams together; a command that prints more is stopped. */
  readonly maxBytes: number;
  /** Stops the command. */
  readonly signal: AbortSignal;
  /** Get the bytes as they come; without them they are collected in the result. */
  readonly onStdout?: (bytes: Buffer) => void;
  readonly onStderr?: (bytes: Buffer) => void;
}

export interface ExecResult {
  /** Undefined where a signal ended the command, or nobody knows. */
  readonly code: number | undefined;
  /** `SIGTERM` … */
  readonly killedBy: string | undefined;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  readonly ended: 'by itself' | 'stopped' | 'too much' | 'connection lost';
}

/** How long a command that is stopped has to end before its channel is closed. */
const GRACE = 4_000;

/**
 * Runs a command line in the user's login shell, without a terminal. Rejects where it cannot be started; a command that
 * is stopped gives a result. Stopping sends TERM to its process group (RFC 4254 §6.9) and closes its standard input.
 */
export function execute(client: ssh2.Client, command: string, options: ExecOptions): Promise<ExecResult> {
  // At once, as the command may end in the same packet in which it has begun: a promise of the channel would come too late.
  return open(client, command, options.signal, (channel) => follow(channel, options));
}

/** Resolves when the command of this channel has ended. */
function follow(channel: ssh2.ClientChannel, options: ExecOptions): Promise<ExecResult> {
  return new Promise((resolve) => {
    const collected = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
    let ended: ExecResult['ended'] = 'by itself';
    let code: number | undefined;
    let killedBy: string | undefined;
    let exited = false;
    let bytes = 0;
    let grace: NodeJS.Timeout | undefined;

    const finish = (): void => {
      clearTimeout(grace);
      options.signal.removeEventListener('abort', stopped);
      if (!exited && ended === 'by itself') ended = 'connection lost';
      const { stdout, stderr } = collected;
      resolve({ code, killedBy, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr), ended });
    };
    const stop = (why: 'stopped' | 'too much'): void => {
      if (exited || grace) return;
      ended = why;
      channel.signal('TERM');
      channel.end();
      grace = setTimeout(() => {
        channel.close();
        finish();
      }, GRACE);
    };
    const stopped = (): void => {
      stop('stopped');
    };
    const receive = (to: Buffer[], pass: ((bytes: Buffer) => void) | undefined) => (data: Buffer) => {
      bytes += data.length;
      if (bytes > options.maxBytes) stop('too much');
      else if (pass) pass(data);
      else to.push(data);
    };
    channel.on('data', receive(collected.stdout, options.onStdout));
    channel.stderr.on('data', receive(collected.stderr, options.onStderr));
    channel.on('exit', (status: number | null, signal?: string) => {
      exited = true;
      code = status ?? undefined;
      killedBy = signal;
      // What it was told to stop by is of no use to it any more; others that hold its streams open may wait for this.
      channel.end();
    });
    channel.on('close', finish);
    channel.on('error', () => undefined);
    if (options.input !== undefined) channel.write(options.input);
    options.onOpen?.((text) => {
      if (channel.writable) channel.write(text);
    });
    if (options.signal.aborted) stopped();
    else options.signal.addEventListener('abort', stopped);
  });
}

function open<T>(
  client: ssh2.Client,
  command: string,
  signal: AbortSignal,
  then: (channel: ssh2.ClientChannel) => Promise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      reject(new SshError('timed-out', 'The node does not start commands; check its load, and its disk.'));
    };
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort);
    try {
      client.exec(command, (error, channel) => {
        signal.removeEventListener('abort', abort);
        if (error)
          reject(
            new SshError(
              'shell',
              `The node refuses to run commands (${messageOf(error)}); check MaxSessions and ForceCommand of its sshd.`,
            ),
          );
        else if (signal.aborted) channel.close();
        else resolve(then(channel));
      });
    } catch (error) {
      reject(new SshError('closed', `The connection is closed (${messageOf(error)}); connect again.`));
    }
  });
}
