import type { Duplex } from 'node:stream';
import type ssh2 from 'ssh2';
import { messageOf, SshError } from './errors';
import { type ExecOptions, type ExecResult, execute } from './exec';

/** How long a server has to say good-bye. */
const FAREWELL = 2_000;

/** An open connection to a host, with those on the way to it. */
export class Connection {
  private ended = false;
  private reason: SshError | undefined;
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly client: ssh2.Client,
    /** What the user calls the host. */
    readonly name: string,
    private readonly via: Connection | undefined,
  ) {
    client.on('error', (error) => {
      this.reason ??= new SshError(
        'closed',
        `The connection to ${name} broke off (${messageOf(error)}); connect again.`,
      );
    });
    client.on('close', () => {
      this.ended = true;
      for (const listener of this.listeners) listener();
      void via?.close();
    });
  }

  /** Why it is not open any more; undefined while it is. */
  get lost(): SshError | undefined {
    if (!this.ended) return undefined;
    return (this.reason ??= new SshError('closed', `${this.name} closed the connection; connect again.`));
  }

  /** Calls back once when the connection ends. */
  onLost(listener: () => void): void {
    this.listeners.add(listener);
  }

  /** See `execute`. */
  exec(command: string, options: ExecOptions): Promise<ExecResult> {
    return execute(this.client, command, options);
  }

  /** Opens a TCP connection from the host on to another one (RFC 4254 §7.2). */
  forward(host: string, port: number, signal: AbortSignal): Promise<Duplex> {
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        reject(new SshError('cancelled', 'Cancelled.'));
      };
      signal.addEventListener('abort', abort);
      this.client.forwardOut('127.0.0.1', 0, host, port, (error, channel) => {
        signal.removeEventListener('abort', abort);
        if (error) {
          const why = messageOf(error).replace(/^\(SSH\) Channel open failure: /, '');
          const message = `${this.name} cannot connect on to ${host} port ${port} (${why}); check that it is up, and AllowTcpForwarding of ${this.name}.`;
          reject(new SshError('unreachable', message));
        } else if (signal.aborted) channel.destroy();
        else resolve(channel);
      });
    });
  }

  /** Ends it, and the connections that it goes through. */
  async close(): Promise<void> {
    if (!this.ended) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(() => {
          this.client.destroy();
          resolve();
        }, FAREWELL);
        this.onLost(() => {
          clearTimeout(timer);
          resolve();
        });
        this.client.end();
      });
    }
    await this.via?.close();
  }
}
