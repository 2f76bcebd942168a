import type { KnownHostAt } from './trust';

/** An unknown host key, to be shown to the user before any secret is sent. */
export interface HostKeyQuestion {
  /** The node that is connected to, or on the way to. */
  readonly node: string;
  /** The host that shows the key, as known_hosts would name it; another than the node's on a jump. */
  readonly host: string;
  readonly keyType: string;
  /** `SHA256:…`, as OpenSSH prints it. */
  readonly fingerprint: string;
  /** Keys of other types that are known of it, and that it does not show: a reason to refuse. */
  readonly others: readonly KnownHostAt[];
  /** The line that wants it to be trusted by a certificate, which Hoplens cannot verify. */
  readonly authority: KnownHostAt | undefined;
  /** The file where the key is written on the answer `always`. */
  readonly file: string;
}

export type HostKeyAnswer = 'refuse' | 'once' | 'always';

export interface PassphraseQuestion {
  readonly node: string;
  /** The private key's file. */
  readonly file: string;
  /** Counting from 1; a higher one means that the answer before was wrong. */
  readonly attempt: number;
}

export interface PasswordQuestion {
  readonly node: string;
  readonly user: string;
  readonly host: string;
  readonly attempt: number;
}

/** What a server asks by keyboard-interactive (RFC 4256): texts are the server's, to be shown as such. */
export interface PromptsQuestion extends PasswordQuestion {
  readonly title: string;
  readonly instructions: string;
  readonly prompts: readonly {
    readonly text: string;
    /** Whether what is typed may be seen. */ readonly echo: boolean;
  }[];
}

/**
 * Who answers while a connection is made. What is left out cannot be asked: the connection is then tried without.
 * An answer of undefined means that the user declined. The signal says that the question is of no use any more.
 */
export interface Questions {
  hostKey?(question: HostKeyQuestion, signal: AbortSignal): Promise<HostKeyAnswer>;
  passphrase?(question: PassphraseQuestion, signal: AbortSignal): Promise<string | undefined>;
  password?(question: PasswordQuestion, signal: AbortSignal): Promise<string | undefined>;
  prompts?(question: PromptsQuestion, signal: AbortSignal): Promise<readonly string[] | undefined>;
}
