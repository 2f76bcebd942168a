import type { Connection } from '../ssh/connection';

/** What the engine needs of a connection. */
export type NodeConnection = Pick<Connection, 'exec' | 'name' | 'close' | 'lost'>;

/** Makes a new connection to a node, never one that is open already: that it can be made is what it is to prove. */
export type ConnectTo = (node: string, signal: AbortSignal) => Promise<NodeConnection>;

/** Tells whether an agent has settled after a restart: its text has been the same for some time, and is as it is to be. */
export interface Settling {
  readonly node: string;
  /** For the user, for example `kube-proxy has written its rules`. */
  readonly what: string;
  /** What is looked at: a command, run by root. */
  readonly argv: readonly string[];
  /** How the text may look; whatever varies by itself, such as counters, is left out of it. */
  readonly textOf?: (stdout: string) => string;
  /** `before`: what it was before the change. */
  readonly accept: (text: string, before: string) => boolean;
  /** For how long the text is to stay the same. */
  readonly seconds: number;
}

export interface ApplicationOptions {
  /** Of the plan; for the journals. */
  readonly name: string;
  /** Who applies it, for the journals: `engineer@laptop`. */
  readonly who: string;
  /** Seconds from when the switches are armed: all that is done and the user's answer have to be within them. */
  readonly confirmWithin: number;
  readonly onFailure: 'revert-all' | 'stop';
  /** How many nodes at a time, in the order given. */
  readonly batch: number;
  readonly settling?: readonly Settling[];
  /**
   * Tries on the wire what the change is for, when a batch is changed and can be reached: what is wrong, in one sentence,
   * or undefined.
   */
  readonly verify?: (nodes: readonly string[], signal: AbortSignal) => Promise<string | undefined>;
  /** Milliseconds for which a node need not be heard before it counts as cut off; default: 20 s. */
  readonly patience?: number;
  /** A folder of this machine for the journal, a JSON line each. */
  readonly journal?: string;
}
