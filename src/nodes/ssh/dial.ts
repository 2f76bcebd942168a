import { connect, type Socket } from 'node:net';
import { codeOf, messageOf, SshError } from './errors';
import type { HostSettings } from './settings';

/** Opens a TCP connection. Ends with the signal. */
export function dial({ host, port }: HostSettings, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    const settle = (then: () => void): void => {
      signal.removeEventListener('abort', abort);
      socket.removeAllListeners();
      then();
    };
    const fail = (error: unknown): void => {
      settle(() => {
        socket.on('error', () => undefined).destroy();
        reject(error instanceof SshError ? error : unreachable(host, port, error));
      });
    };
    // Who gave the signal knows why.
    const abort = (): void => {
      fail(new SshError('cancelled', 'Cancelled.'));
    };
    socket.once('error', fail).once('connect', () => {
      settle(() => {
        resolve(socket);
      });
    });
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort);
  });
}

function unreachable(host: string, port: number, error: unknown): SshError {
  const code = codeOf(error);
  const why =
    WORDS[code] ??
    `it cannot be connected to (${code === '' ? messageOf(error) : code}); check that the node is up and its address right`;
  return new SshError('unreachable', `${host} port ${port}: ${why}.`);
}

const NAME = 'there is no host of this name; check HostName, and the DNS';
const WAY = 'there is no way to it; check the address, the VPN and the routes';
const WORDS: Readonly<Record<string, string>> = {
  ENOTFOUND: NAME,
  EAI_AGAIN: 'the DNS does not answer; check the network',
  ENODATA: NAME,
  ECONNREFUSED: 'nothing listens there; check that sshd runs, and the port',
  EHOSTUNREACH: WAY,
  ENETUNREACH: WAY,
  ETIMEDOUT: 'it does not answer; check that the node is up, and firewalls on the way',
  ECONNRESET: 'the connection was cut off; check what is on the way, and limits of sshd (MaxStartups)',
};
