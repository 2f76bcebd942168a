/** How a host is reached: what ssh_config(5) calls by the same names, with paths that are complete. Times are in milliseconds. */
export interface HostSettings {
  /** How the user calls the host. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Those that need not exist included. */
  readonly identityFiles: readonly string[];
  readonly identitiesOnly: boolean;
  /** The agent's socket, or on Windows its pipe; undefined where none is to be used. */
  readonly identityAgent: string | undefined;
  /** The hosts on the way, from the first that is connected to. Each has none of its own. */
  readonly jumps: readonly HostSettings[];
  readonly userKnownHostsFiles: readonly string[];
  readonly globalKnownHostsFiles: readonly string[];
  readonly hostKeyAlias: string | undefined;
  /** `no` is not followed: a key that nobody has seen is asked for. */
  readonly strictHostKeyChecking: 'yes' | 'accept-new' | 'ask';
  readonly hashKnownHosts: boolean;
  /** From the first packet until commands can be run, the time for answers not counted. */
  readonly connectTimeout: number;
  /** Between signs of life; that many in a row may be missed. */
  readonly serverAliveInterval: number;
  readonly serverAliveCountMax: number;
}

export const CONNECT_TIMEOUT = 20_000;
/** OpenSSH has none by default; a view of a node that is gone should say so. */
export const SERVER_ALIVE_INTERVAL = 15_000;
