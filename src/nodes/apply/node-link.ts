import type { ConnectTo, NodeConnection } from './options';
import { runRootScript, type Said } from './root-script';

/** The connections to one node while it is changed. */
export class NodeLink {
  /** The newest first. */
  private readonly connections: NodeConnection[] = [];

  constructor(
    readonly node: string,
    private readonly connectTo: ConnectTo,
    /** What an answer may take to come, in milliseconds. */
    private readonly patience: number,
    private readonly onSaid: (said: Said) => void,
  ) {}

  /** A connection that is made now. */
  async renew(signal: AbortSignal): Promise<void> {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(this.patience)]);
    this.connections.unshift(await this.connectTo(this.node, limited));
  }

  /**
   * Runs a script by root, over the newest connection that is open or else a new one. Rejects where its end is not heard
   * of; on such a connection nothing more is run.
   */
  async run(
    make: (mark: string) => string,
    signal: AbortSignal,
    { idle = this.patience, onSaid = this.onSaid }: { idle?: number; onSaid?: (said: Said) => void } = {},
  ): Promise<void> {
    if (!this.newest) await this.renew(signal);
    const connection = this.newest;
    if (!connection) throw new Error(`${this.node} has closed the connection.`);
    try {
      await runRootScript(connection, make, { signal, idle, onSaid });
    } catch (error) {
      if (!signal.aborted) {
        this.connections.splice(this.connections.indexOf(connection), 1);
        void connection.close();
      }
      throw error;
    }
  }

  private get newest(): NodeConnection | undefined {
    return this.connections.find((one) => one.lost === undefined);
  }

  async close(): Promise<void> {
    await Promise.all(this.connections.splice(0).map((one) => one.close()));
  }
}
