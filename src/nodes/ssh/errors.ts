export type SshErrorKind =
  /** No such name, no way, nobody listens. */
  | 'unreachable'
  | 'timed-out'
  | 'host-key-changed'
  | 'host-key-revoked'
  /** Unknown, and nobody accepted it. */
  | 'host-key-refused'
  /** A known_hosts file that is there cannot be read. */
  | 'host-key-unverifiable'
  | 'authentication'
  /** The connection broke off. */
  | 'closed'
  | 'protocol'
  /** The user, or who called, has changed their mind. */
  | 'cancelled'
  /** What the node is to be reached by is not to be used. */
  | 'settings'
  /** The node does not run what it is told to. */
  | 'shell';

/** Why a node cannot be reached or read. The message is one sentence for the user, and says what to do. */
export class SshError extends Error {
  override readonly name = 'SshError';

  constructor(
    readonly kind: SshErrorKind,
    message: string,
  ) {
    super(message);
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The `code` of a system error: ENOENT, ECONNREFUSED … */
export function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
