import { randomBytes } from 'node:crypto';
import { SshError } from '../ssh/errors';
import type { NodeConnection } from './options';

/** One line that the node's program has said: a word, and what follows it. */
export interface Said {
  readonly word: string;
  readonly rest: string;
}

export interface RootScriptOptions {
  readonly signal: AbortSignal;
  /** Milliseconds for which nothing need be heard; then it is no longer listened to. It may go on all the same. */
  readonly idle: number;
  readonly onSaid: (said: Said) => void;
}

/** In any login shell; sudo's child reads the script, so that it is no argument, which all users could see. */
const ROOT_SHELL = `exec /bin/sh -c 'if [ "$(id -u)" = 0 ]; then exec /bin/sh; else exec sudo -n /bin/sh; fi'`;
const MAX_BYTES = 64 << 20;

/**
 * Runs a script by root on a node; it is made with the mark by which its lines are known. Resolves when it has ended.
 * Rejects with an SshError where it cannot be run, or where its end is not heard of.
 */
export async function runRootScript(
  connection: NodeConnection,
  make: (mark: string) => string,
  { signal, idle, onSaid }: RootScriptOptions,
): Promise<void> {
  const { name } = connection;
  const mark = randomBytes(12).toString('hex');
  const gaveUp = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const heard: Said[] = [];
  const listen = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      gaveUp.abort();
    }, idle);
  };
  let rest = '';
  let complaint = '';
  listen();
  try {
    const result = await connection.exec(ROOT_SHELL, {
      input: make(mark),
      maxBytes: MAX_BYTES,
      signal: AbortSignal.any([signal, gaveUp.signal]),
      onStdout: (bytes) => {
        listen();
        const lines = (rest + bytes.toString('latin1')).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) {
          const said = read(line, mark);
          if (!said) continue;
          heard.push(said);
          onSaid(said);
        }
      },
      onStderr: (bytes) => {
        complaint = (complaint + bytes.toString()).slice(-2_000);
      },
    });
    if (signal.aborted) throw new SshError('cancelled', `${name}: cancelled.`);
    if (gaveUp.signal.aborted)
      throw new SshError('timed-out', `${name} has said nothing for ${idle / 1000} s; its network may be cut.`);
    if (result.ended !== 'by itself') throw new SshError('closed', `The connection to ${name} broke off.`);
    if (heard.length === 0) throw new SshError('shell', `${name}: ${whyNot(complaint)}`);
  } finally {
    clearTimeout(timer);
  }
}

/** Bytes were read as Latin-1, so that a character of several is not cut in two. */
function read(line: string, mark: string): Said | undefined {
  const at = line.indexOf(`${mark} `);
  if (at < 0) return undefined;
  const text = Buffer.from(line.slice(at + mark.length + 1), 'latin1').toString();
  const [word = ''] = text.split(' ', 1);
  return { word, rest: text.slice(word.length + 1) };
}

function whyNot(complaint: string): string {
  const [last = ''] = complaint.trim().split('\n').slice(-1);
  const said = last === '' ? '' : ` (it says: ${last})`;
  return `only root may change it; log in as root, or let sudo run /bin/sh without a password${said}.`;
}
