import ssh2 from 'ssh2';
import { listAgentKeys } from './agent-keys';
import { codeOf, messageOf } from './errors';
import { fingerprint, keyTypeOf } from './host-key';
import { type KeyFile, parseKey, readKeyFile } from './key-file';
import type { HostSettings } from './settings';

/** A key to log in with. */
export interface Identity {
  /** For messages: the file, or the agent's name of it. */
  readonly name: string;
  /** What is offered to the server; undefined where the user declined to give the passphrase that shows it. */
  publicKey(): Promise<ssh2.ParsedKey | undefined>;
  /** `hash`: for RSA (RFC 8332). Rejects where the agent refuses or the passphrase is not given. */
  sign(data: Buffer, hash: 'sha1' | 'sha256' | 'sha512' | undefined): Promise<Buffer>;
}

export interface Identities {
  readonly usable: readonly Identity[];
  /** What is there and cannot be used, each with the reason. */
  readonly skipped: readonly string[];
}

/** Asks for the passphrase of a file until `accept` takes one; undefined where the user declines. */
export type AskPassphrase = (
  file: string,
  accept: (passphrase: string) => ssh2.ParsedKey | undefined,
) => Promise<ssh2.ParsedKey | undefined>;

/**
 * The keys to try, in ssh's order: those of the agent that a file names, the agent's others unless IdentitiesOnly, then
 * those that are in files alone.
 */
export async function findIdentities(settings: HostSettings, ask: AskPassphrase): Promise<Identities> {
  const skipped: string[] = [];
  const named: ssh2.ParsedKey[] = [];
  const files: KeyFile[] = [];
  for (const file of settings.identityFiles) {
    const read = await readKeyFile(file);
    if (read === undefined) continue;
    if (typeof read === 'string') skipped.push(read);
    else if ('publicOnly' in read) named.push(read.publicOnly);
    else {
      files.push(read);
      if (read.publicKey) named.push(read.publicKey);
    }
  }
  const agent = await agentKeys(settings.identityAgent, skipped);
  const isNamed = (key: ssh2.ParsedKey): boolean => named.some((other) => sameKey(key, other));
  const wanted = agent.filter(({ key }) => isNamed(key));
  const others = settings.identitiesOnly ? [] : agent.filter(({ key }) => !isNamed(key));
  const inFilesAlone = files.filter(
    ({ publicKey }) => publicKey === undefined || !agent.some(({ key }) => sameKey(key, publicKey)),
  );
  return {
    usable: [...[...wanted, ...others].map(({ identity }) => identity), ...inFilesAlone.map((one) => ofFile(one, ask))],
    skipped,
  };
}

function sameKey(one: ssh2.ParsedKey, other: ssh2.ParsedKey): boolean {
  return one.getPublicSSH().equals(other.getPublicSSH());
}

interface KeyOfAgent {
  readonly key: ssh2.ParsedKey;
  readonly identity: Identity;
}

async function agentKeys(path: string | undefined, skipped: string[]): Promise<KeyOfAgent[]> {
  if (path === undefined) return [];
  try {
    const agent = ssh2.createAgent(path);
    return (await listAgentKeys(path)).flatMap(({ blob, comment }) => {
      const key = parseKey(blob);
      const name = `${keyTypeOf(blob) ?? 'key'} ${fingerprint(blob)} (${comment}) of the agent`;
      if (!(key instanceof Error)) return [{ key, identity: ofAgent(agent, key, name) }];
      skipped.push(`${name} is of a type that Hoplens cannot use`);
      return [];
    });
  } catch (error) {
    // Windows has a place for an agent's pipe whether or not one runs.
    if (codeOf(error) !== 'ENOENT') skipped.push(`the agent at ${path} does not answer (${messageOf(error)})`);
    return [];
  }
}

function ofAgent(agent: ssh2.BaseAgent, key: ssh2.ParsedKey, name: string): Identity {
  return {
    name,
    publicKey: () => Promise.resolve(key),
    sign: (data, hash) =>
      new Promise((resolve, reject) => {
        agent.sign(key, data, hash ? { hash } : {}, (error, signature) => {
          if (signature) resolve(signature);
          else reject(new Error(`the agent did not sign with it (${error?.message ?? 'no reason given'})`));
        });
      }),
  };
}

function ofFile(file: KeyFile, ask: AskPassphrase): Identity {
  let unlocked: Promise<ssh2.ParsedKey | undefined> | undefined;
  const unlock = (): Promise<ssh2.ParsedKey | undefined> =>
    (unlocked ??= file.encrypted
      ? ask(file.file, (passphrase) => file.unlock(passphrase))
      : Promise.resolve(file.unlock()));
  return {
    name: file.file,
    // The passphrase is asked for only once the server has said that it would take the key.
    publicKey: async () => file.publicKey ?? (await unlock()),
    sign: async (data, hash) => {
      const key = await unlock();
      if (!key) throw new Error('no passphrase given');
      const signature: Buffer | Error = key.sign(data, hash);
      if (signature instanceof Error) throw signature;
      return signature;
    },
  };
}
