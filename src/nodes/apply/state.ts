import type { Operation } from '../../core/plan/operation';

/** Where a node's change is. From `armed` to `confirming` its switch is armed. */
export type Stage =
  /** Nothing was done yet. */
  | 'waiting'
  /** What is there was compared with what the operations expect. */
  | 'checking'
  | 'ready'
  /** Somebody has changed it meanwhile, or it cannot be read: nothing is done. */
  | 'conflict'
  | 'arming'
  /** Nothing is changed yet; the node reverts by itself from now on. */
  | 'armed'
  | 'changing'
  /** It is tried whether a new SSH connection can be made. */
  | 'proving'
  /** Restarted agents settle, and the trace is tried on the wire. */
  | 'verifying'
  /** Changed, and to be confirmed before the time is over. */
  | 'unconfirmed'
  | 'confirming'
  | 'reverting'
  /** Nobody knows what it is now: it could not be asked. The node reverts by itself when its time is over. */
  | 'unknown'
  | 'confirmed'
  /** As before, all of it. */
  | 'reverted'
  /** Not all could be taken back; `problem` says what. */
  | 'revert failed';

/** What reverts the node when nobody confirms: a timer of systemd, or a process of its own. */
export type Guard = 'systemd' | 'process';

/** What an operation expects, and what is there instead. */
export interface Conflict {
  readonly node: string;
  /** Undefined: what is wrong concerns the whole node. */
  readonly operation: Operation | undefined;
  /** One sentence for the user. */
  readonly message: string;
  /** Lines that should be there and are not; and the reverse. */
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
}

/** One command on a node, or what happened to it otherwise. */
export interface LogLine {
  readonly node: string;
  readonly at: Date;
  readonly text: string;
}

export interface NodeState {
  readonly node: string;
  readonly stage: Stage;
  readonly conflicts: readonly Conflict[];
  readonly guard: Guard | undefined;
  /** Seconds until the node reverts by itself; undefined where its switch is not armed. */
  readonly secondsLeft: number | undefined;
  /** Sentences about what the switch does not do on this node: for example that nothing is reverted at a reboot. */
  readonly warnings: readonly string[];
  /** Why it failed or was reverted: one sentence. */
  readonly problem: string | undefined;
  /** How many of its operations are done. */
  readonly done: number;
}
