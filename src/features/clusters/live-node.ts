import type { NodeRecord } from '../../core/snapshot/format';
import type { ConfiguredNode } from '../../nodes/configured-node';

/** How far Hoplens has got with a node. */
export type NodeState =
  | { readonly kind: 'unread' }
  | { readonly kind: 'connecting' }
  | { readonly kind: 'reading' }
  | { readonly kind: 'read' }
  /** The message is a sentence that says what to do. What was read before stays. */
  | { readonly kind: 'failed'; readonly message: string };

/** A node of the settings, and what is known of it. */
export interface LiveNode {
  readonly settings: ConfiguredNode;
  readonly state: NodeState;
  /** Whether a connection to it is open. */
  readonly connected: boolean;
  /** What was last read. */
  readonly reading: Reading | undefined;
}

export interface Reading {
  readonly record: NodeRecord;
  readonly at: Date;
  /** What could not be read, a sentence each: the node is known in part. */
  readonly gaps: readonly string[];
}

export const isBusy = ({ state }: LiveNode): boolean => state.kind === 'connecting' || state.kind === 'reading';
