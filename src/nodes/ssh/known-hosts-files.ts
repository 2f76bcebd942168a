import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf, messageOf, SshError } from './errors';
import { knownHostLine, parseKnownHosts } from './known-hosts';
import type { KnownHostAt } from './trust';

/**
 * The lines of these files, in order. A file that does not exist has none; one that exists and cannot be read might say
 * that a key has changed or is revoked, so that nothing can be trusted without it.
 */
export async function readKnownHosts(files: readonly string[]): Promise<KnownHostAt[]> {
  const read = files.map(async (file) => {
    try {
      return parseKnownHosts(await readFile(file, 'utf8')).map((line) => ({ ...line, file }));
    } catch (error) {
      if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return [];
      const message = `Host keys cannot be verified: ${file} cannot be read (${messageOf(error)}); make it readable.`;
      throw new SshError('host-key-unverifiable', message);
    }
  });
  return (await Promise.all(read)).flat();
}

export interface AcceptedKey {
  /** As `knownHostName` gives it. */
  readonly name: string;
  readonly key: Buffer;
  readonly hashed: boolean;
}

/** Adds a line to a file, which is made where there is none. What is in it is not touched. */
export async function appendKnownHost(file: string, { name, key, hashed }: AcceptedKey): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const handle = await open(file, 'a+', 0o600);
  try {
    const { size } = await handle.stat();
    const last = Buffer.alloc(1);
    if (size > 0) await handle.read(last, 0, 1, size - 1);
    const gap = size > 0 && last.toString() !== '\n' ? '\n' : '';
    await handle.appendFile(`${gap}${knownHostLine(name, key, hashed)}\n`);
  } finally {
    await handle.close();
  }
}
