import { readFile } from 'node:fs/promises';
import ssh2 from 'ssh2';
import { codeOf, messageOf } from './errors';

/** A private key in a file. */
export interface KeyFile {
  readonly file: string;
  /** Undefined where it shows only with the passphrase. */
  readonly publicKey: ssh2.ParsedKey | undefined;
  readonly encrypted: boolean;
  /** The key; undefined where the passphrase is wrong. */
  unlock(passphrase?: string): ssh2.ParsedKey | undefined;
}

/** A file that says which key is meant, but holds only its public part: an agent has the other. */
export interface PublicKeyFile {
  readonly file: string;
  readonly publicOnly: ssh2.ParsedKey;
}

/** Undefined where there is no such file; a text where it holds no key that can be used, which says why. */
export async function readKeyFile(file: string): Promise<KeyFile | PublicKeyFile | string | undefined> {
  let content: Buffer;
  try {
    content = await readFile(file);
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? undefined : `${file} cannot be read (${messageOf(error)})`;
  }
  const parsed = parseKey(content);
  if (!(parsed instanceof Error)) {
    if (!parsed.isPrivateKey()) return { file, publicOnly: parsed };
    return { file, publicKey: parsed, encrypted: false, unlock: () => parsed };
  }
  if (!/passphrase/i.test(parsed.message)) return `${file}: ${parsed.message}`;
  return {
    file,
    publicKey: publicPart(content) ?? (await publicKeyBeside(file)),
    encrypted: true,
    unlock: (passphrase) => {
      const key = parseKey(content, passphrase);
      return key instanceof Error || !key.isPrivateKey() ? undefined : key;
    },
  };
}

export function parseKey(content: Buffer, passphrase?: string): ssh2.ParsedKey | Error {
  // Its types do not say that a file with several keys gives them all.
  const parsed = ssh2.utils.parseKey(content, passphrase) as ssh2.ParsedKey | ssh2.ParsedKey[] | Error;
  return Array.isArray(parsed) ? (parsed[0] ?? new Error('no key')) : parsed;
}

async function publicKeyBeside(file: string): Promise<ssh2.ParsedKey | undefined> {
  const content = await readFile(`${file}.pub`).catch(() => undefined);
  const key = content && parseKey(content);
  return key instanceof Error ? undefined : key;
}

const MAGIC = 'openssh-key-v1\0';

/** What an encrypted key of OpenSSH's own format shows without its passphrase (PROTOCOL.key in its sources). */
function publicPart(content: Buffer): ssh2.ParsedKey | undefined {
  const [, body] = /-----BEGIN OPENSSH PRIVATE KEY-----([^-]+)-----END/.exec(content.toString('latin1')) ?? [];
  const bytes = Buffer.from(body ?? '', 'base64');
  if (bytes.toString('latin1', 0, MAGIC.length) !== MAGIC) return undefined;
  try {
    let at = MAGIC.length;
    const skip = (): void => void (at += 4 + bytes.readUInt32BE(at));
    // Names of the cipher and of the key derivation, its options, the number of keys.
    skip();
    skip();
    skip();
    at += 4;
    const key = parseKey(bytes.subarray(at + 4, at + 4 + bytes.readUInt32BE(at)));
    return key instanceof Error ? undefined : key;
  } catch {
    return undefined;
  }
}
