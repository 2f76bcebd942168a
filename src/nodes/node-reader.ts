import { collectNode, type CollectOptions, type NodeReading } from './collect';
import type { ConfiguredNode } from './configured-node';
import { connectNode, type NodeConnectOptions } from './connect-node';
import type { Connection } from './ssh/connection';
import { messageOf, SshError } from './ssh/errors';

/**
 * The way to one node: connects when it is first read, stays connected for the next time, and connects again where the
 * connection was lost. Readers do not wait for each other: several nodes are read at once by calling `read` of each.
 */
export class NodeReader {
  private connection: Connection | undefined;
  private readonly listeners = new Set<() => void>();

  constructor(
    readonly node: ConfiguredNode,
    private readonly options: NodeConnectOptions,
  ) {}

  get connected(): boolean {
    return this.connection !== undefined && this.connection.lost === undefined;
  }

  /** Calls back whenever an open connection ends. */
  onLost(listener: () => void): void {
    this.listeners.add(listener);
  }

  /**
   * Reads all of the node. Rejects with an SshError, a sentence for the user, where nothing could be read; what could not
   * be read otherwise is in the `gaps` of the reading. `onConnected`: from now on it is being read.
   */
  async read(
    signal: AbortSignal,
    onConnected: () => void = () => undefined,
    onProgress?: CollectOptions['onProgress'],
  ): Promise<NodeReading> {
    const { node, options } = this;
    const { log } = options;
    try {
      const connection = await this.connect(signal);
      onConnected();
      return await collectNode(connection, node.name, { signal, log, onProgress });
    } catch (error) {
      const inWords = error instanceof SshError ? error : new SshError('protocol', `${node.name}: ${fault(error)}`);
      log?.(inWords.message);
      throw inWords;
    }
  }

  private async connect(signal: AbortSignal): Promise<Connection> {
    if (this.connection && this.connected) return this.connection;
    this.connection = await connectNode(this.node, this.options, signal);
    this.connection.onLost(() => {
      for (const listener of this.listeners) listener();
    });
    return this.connection;
  }

  /** Ends the connection, if there is one. */
  async close(): Promise<void> {
    await this.connection?.close();
    this.connection = undefined;
  }
}

function fault(error: unknown): string {
  return `${messageOf(error)}; this is a fault of Hoplens, please report it.`;
}
