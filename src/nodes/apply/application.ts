import type { Conflict, LogLine, NodeState } from './state';

/**
 * Carries out operations on nodes, guarded: each node reverts by itself unless it is confirmed in time. To be made by
 * `new Application(nodes: readonly NodeOperations[], connectTo: ConnectTo, options: ApplicationOptions)`; then `prepare`,
 * `apply`, and `confirm` or `revert`. None of them rejects for what a node does or says: see `states`.
 */
export interface Application {
  readonly nodes: readonly NodeState[];
  /** All that was run on the nodes so far. */
  readonly log: readonly LogLine[];
  /** The least of all nodes that are to be confirmed; undefined where there is none. */
  readonly secondsLeft: number | undefined;
  /** Connects to all nodes and compares; changes nothing. None: it can be applied. */
  prepare(signal: AbortSignal): Promise<readonly Conflict[]>;
  /**
   * Arms all, then changes, proves and verifies in batches. True: all nodes are to be confirmed or reverted now. False:
   * something failed, and what was chosen for that was done. The signal reverts what is done until then.
   */
  apply(signal: AbortSignal): Promise<boolean>;
  /** Of all that are unconfirmed. True: all of them have said that it stays. May be tried again. */
  confirm(): Promise<boolean>;
  /** Takes back all that is not confirmed. True: all of it is as before. May be tried again. */
  revert(): Promise<boolean>;
  /** Asks those nodes of which nobody knows what they are. */
  ask(): Promise<void>;
  /** Calls back whenever a state or the log has changed, and at least each second while a switch is armed. */
  onChange(listener: () => void): { dispose(): void };
  /** Ends the connections. Nodes that are not confirmed revert by themselves. */
  close(): Promise<void>;
}
