import type { Duplex } from 'node:stream';
import ssh2 from 'ssh2';
import { Authentication } from './authentication';
import { messageOf, SshError } from './errors';
import type { HostKeyCheck } from './host-key-check';
import type { Identities } from './identities';
import type { Questions } from './questions';
import type { HostSettings } from './settings';

export interface HandshakeOptions {
  readonly node: string;
  readonly settings: HostSettings;
  readonly check: HostKeyCheck;
  readonly identities: Identities;
  readonly questions: Questions;
  readonly ask: <T>(question: (signal: AbortSignal) => Promise<T>) => Promise<T>;
  readonly signal: AbortSignal;
  /** What has begun, for messages: `logging in`. */
  readonly onStage: (stage: string) => void;
  readonly log: (line: string) => void;
}

/** Makes an SSH connection of a connection that is open: key exchange, then login. The client is ready for commands. */
export function handshake(socket: Duplex, options: HandshakeOptions): Promise<ssh2.Client> {
  const { settings, node, check, signal, log } = options;
  const client = new ssh2.Client();
  let stage = 'the key exchange';
  const enter = (next: string): void => {
    stage = next;
    options.onStage(next);
  };
  enter(stage);
  return new Promise((resolve, reject) => {
    let settled = false;
    const settle = (then: () => void): void => {
      if (settled) return;
      settled = true;
      signal.removeEventListener('abort', abort);
      client.removeAllListeners();
      client.on('error', () => undefined);
      then();
    };
    const fail = (error: unknown): void => {
      settle(() => {
        client.destroy();
        socket.destroy();
        reject(error instanceof SshError ? error : new SshError('protocol', messageOf(error)));
      });
    };
    const abort = (): void => {
      fail(new SshError('cancelled', 'Cancelled.'));
    };
    const authentication = new Authentication({ ...options, fail }, options.identities);
    client.on('ready', () => {
      log(`${node}: logged in to ${settings.host} as ${settings.user}`);
      settle(() => {
        resolve(client);
      });
    });
    client.on('handshake', ({ kex, serverHostKey }) => {
      enter('logging in');
      log(`${node}: ${settings.host} is verified (${serverHostKey}, ${kex})`);
    });
    client.on('banner', (text) => {
      log(`${node}: ${settings.host} says: ${text.trim()}`);
    });
    client.on('change password', () => {
      fail(new SshError('authentication', 'The password has expired; set a new one by logging in with ssh.'));
    });
    client.on('error', (error) => {
      const why = reasonOf(error, authentication);
      if (why) fail(why);
    });
    client.on('close', () => {
      fail(new SshError('closed', `The connection was closed during ${stage}; look into the log of its sshd.`));
    });
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
    else
      client.connect({
        sock: socket,
        username: settings.user,
        // The signal does it better: it waits while the user is asked.
        readyTimeout: 0,
        keepaliveInterval: settings.serverAliveInterval,
        keepaliveCountMax: settings.serverAliveCountMax,
        algorithms: { serverHostKey: check.algorithms },
        hostVerifier: (key: Buffer, verify: ssh2.VerifyCallback) => {
          check.check(key).then(
            () => {
              verify(true);
            },
            (error: unknown) => {
              fail(error);
              verify(false);
            },
          );
        },
        authHandler: authentication.handler,
        debug: authentication.observe,
      });
  });
}

/** What an error of ssh2 means; undefined where it goes on after it. */
function reasonOf(
  error: Error & { level?: string; code?: unknown },
  authentication: Authentication,
): SshError | undefined {
  const { message, level } = error;
  // It tries the next key.
  if (level === 'agent') return undefined;
  if (level === 'client-authentication') return authentication.failure();
  // A message of disconnection; its number is a reason of RFC 4253 §11.1.
  if (typeof error.code === 'number')
    return /authentication/i.test(message)
      ? authentication.failure(message)
      : new SshError('closed', `The server ended the connection (${message}); look into its log.`);
  if (level === 'client-socket' || /before handshake/.test(message)) {
    const advice = 'check what is on the way, and the log of its sshd';
    return new SshError('closed', `The connection was cut off (${message}); ${advice}.`);
  }
  if (/no matching/.test(message))
    return new SshError('protocol', `${message}: the server is too old, or allows too little; see its sshd_config.`);
  return new SshError('protocol', `The server breaks the protocol (${message}); check that sshd listens on this port.`);
}
