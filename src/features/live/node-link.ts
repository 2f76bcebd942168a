import type { NodeRecord } from '../../core/snapshot/format';

/** The way to one node. It connects when it is first needed, and again when the connection is lost. */
export interface NodeLink {
  readonly connected: boolean;
  /** Calls back whenever an open connection is lost. */
  onLost(listener: () => void): void;
  /** Rejects with an error whose message is a sentence for the user. `onConnected`: from now on it is being read. */
  read(
    signal: AbortSignal,
    onConnected: () => void,
  ): Promise<{ readonly record: NodeRecord; readonly gaps: readonly string[] }>;
  close(): Promise<void>;
}
