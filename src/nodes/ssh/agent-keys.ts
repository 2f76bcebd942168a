import type { Duplex } from 'node:stream';
import ssh2 from 'ssh2';
import { SshError } from './errors';

/** A public key that an agent holds, of a type that ssh2 may or may not know. */
export interface AgentKey {
  readonly blob: Buffer;
  readonly comment: string;
}

/** Messages of the agent protocol (draft-miller-ssh-agent §5.1). */
const REQUEST_IDENTITIES = 11;
const IDENTITIES_ANSWER = 12;
const LIMIT = 5_000;
const MAX_LENGTH = 1 << 20;

/**
 * All keys of the agent at this socket or pipe. (ssh2 lists them too, but passes over those of types that it does not
 * know without a word.)
 */
export async function listAgentKeys(path: string): Promise<AgentKey[]> {
  const stream = await streamTo(path);
  try {
    return parse(await ask(stream));
  } finally {
    stream.destroy();
  }
}

function streamTo(path: string): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const open = ssh2.createAgent(path);
    if (!open.getStream) reject(new SshError('settings', `The agent ${path} cannot be asked.`));
    else
      open.getStream((error, stream) => {
        if (stream) resolve(stream);
        else reject(error instanceof Error ? error : new SshError('settings', `The agent ${path} does not answer.`));
      });
  });
}

function ask(stream: Duplex): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    const fail = (): void => {
      clearTimeout(timer);
      reject(new SshError('settings', 'The agent gives no answer.'));
    };
    const timer = setTimeout(fail, LIMIT);
    stream.on('error', fail).on('close', fail);
    stream.on('data', (bytes: Buffer) => {
      received = Buffer.concat([received, bytes]);
      if (received.length < 4) return;
      const length = received.readUInt32BE(0);
      if (length > MAX_LENGTH) fail();
      else if (received.length >= 4 + length) {
        clearTimeout(timer);
        resolve(received.subarray(4, 4 + length));
      }
    });
    stream.write(Buffer.from([0, 0, 0, 1, REQUEST_IDENTITIES]));
  });
}

function parse(answer: Buffer): AgentKey[] {
  if (answer[0] !== IDENTITIES_ANSWER || answer.length < 5) return [];
  const keys: AgentKey[] = [];
  let at = 5;
  const string = (): Buffer => {
    const length = answer.readUInt32BE(at);
    const value = answer.subarray(at + 4, at + 4 + length);
    at += 4 + length;
    return value;
  };
  for (let left = answer.readUInt32BE(1); left > 0 && at + 4 <= answer.length; left--)
    keys.push({ blob: string(), comment: string().toString() });
  return keys;
}
