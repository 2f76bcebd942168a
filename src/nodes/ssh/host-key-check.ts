import type ssh2 from 'ssh2';
import { SshError } from './errors';
import { fingerprint, keyTypeOf } from './host-key';
import { knownHostName } from './known-hosts';
import { appendKnownHost, readKnownHosts } from './known-hosts-files';
import type { HostKeyAnswer, HostKeyQuestion } from './questions';
import type { HostSettings } from './settings';
import { HostTrust, type Verdict } from './trust';

/** Where keys that the user accepted are written. */
export interface TrustFile {
  readonly file: string;
  /** Hides the names of hosts in it, as HashKnownHosts does. */
  readonly hashed: boolean;
}

export interface HostKeyCheckOptions {
  readonly node: string;
  readonly settings: HostSettings;
  /** Read beside the files of the settings; undefined: the first of the user's files. */
  readonly trustFile: TrustFile | undefined;
  readonly ask: (question: HostKeyQuestion) => Promise<HostKeyAnswer>;
}

/** Decides whether a host is the one it should be. */
export class HostKeyCheck {
  private accepted: Buffer | undefined;

  private constructor(
    private readonly options: HostKeyCheckOptions,
    private readonly name: string,
    private readonly file: TrustFile | undefined,
    private readonly trust: HostTrust,
  ) {}

  /** Throws where a file that might speak against a key cannot be read. */
  static async prepare(options: HostKeyCheckOptions): Promise<HostKeyCheck> {
    const { settings, trustFile } = options;
    const users = settings.userKnownHostsFiles;
    const lines = await readKnownHosts([
      ...new Set([...(trustFile ? [trustFile.file] : []), ...users, ...settings.globalKnownHostsFiles]),
    ]);
    const alias = settings.hostKeyAlias?.toLowerCase();
    const name = alias ?? knownHostName(settings.host, settings.port);
    const bare = alias === undefined && settings.port !== 22 ? settings.host.toLowerCase() : undefined;
    const [firstFile] = users;
    const file =
      trustFile ?? (firstFile === undefined ? undefined : { file: firstFile, hashed: settings.hashKnownHosts });
    return new HostKeyCheck(options, name, file, new HostTrust(lines, name, bare));
  }

  /** For ssh2: what is known comes first, since a host that has several keys shows the first that it is asked for. */
  get algorithms(): ssh2.ServerHostKeyAlgorithm[] {
    const known = this.trust.keyTypes;
    const isKnown = ({ type }: (typeof ALGORITHMS)[number]): boolean => known.includes(type);
    return [...ALGORITHMS.filter(isKnown), ...ALGORITHMS.filter((one) => !isKnown(one))].map(({ name }) => name);
  }

  /** Returns if the key is to be trusted; else throws an SshError that says why not. Is called again for each new key exchange. */
  async check(key: Buffer): Promise<void> {
    if (this.accepted?.equals(key)) return;
    const keyType = keyTypeOf(key) ?? '';
    const verdict: Verdict = this.accepted
      ? { kind: 'unknown', others: [], authority: undefined }
      : this.trust.verdict(keyType, key);
    if (verdict.kind === 'changed') throw this.changed(verdict, key);
    if (verdict.kind === 'revoked') {
      const message = `The key that ${this.name} shows is revoked by ${place(verdict.by)}; do not connect, and ask who looks after the host.`;
      throw new SshError('host-key-revoked', message);
    }
    if (verdict.kind === 'unknown') await this.decide(verdict, key, keyType);
    this.accepted = key;
  }

  private async decide(verdict: Verdict & { kind: 'unknown' }, key: Buffer, keyType: string): Promise<void> {
    const { settings, node, ask } = this.options;
    const { others, authority } = verdict;
    const shown = fingerprint(key);
    const refuse = (why: string): SshError => {
      const suspicion = others[0] ? `, although ${place(others[0])} knows it by another key` : '';
      const certificate = authority
        ? ` (${place(authority)} trusts it by certificate, which Hoplens cannot verify)`
        : '';
      const how = `log in once with ssh, or add its line to ${this.file?.file ?? 'a known_hosts file'}`;
      const message = `The ${keyType} key ${shown} of ${this.name} is unknown${suspicion}${certificate} and ${why}; if it is the right one, ${how}.`;
      return new SshError('host-key-refused', message);
    };
    if (this.accepted) throw refuse('not the one that it showed before');
    if (settings.strictHostKeyChecking === 'yes') throw refuse('StrictHostKeyChecking is yes');
    const file = this.file?.file ?? '';
    const answer =
      settings.strictHostKeyChecking === 'accept-new' && others.length === 0 && !authority
        ? 'always'
        : await ask({ node, host: this.name, keyType, fingerprint: shown, others, authority, file });
    if (answer === 'refuse') throw refuse('was not accepted');
    if (answer === 'always' && this.file)
      await appendKnownHost(this.file.file, { name: this.name, key, hashed: this.file.hashed });
  }

  private changed({ by }: Verdict & { kind: 'changed' }, key: Buffer): SshError {
    const target = this.name.includes(':') || this.name.startsWith('[') ? `'${this.name}'` : this.name;
    const message =
      `The host key of ${this.name} has changed: ${place(by)} has the ${by.keyType} key ${fingerprint(by.key)}, ` +
      `it shows ${fingerprint(key)}; somebody may be in between, or if it was installed anew, remove that line: ` +
      `ssh-keygen -f '${by.file}' -R ${target}.`;
    return new SshError('host-key-changed', message);
  }
}

function place({ file, line }: { readonly file: string; readonly line: number }): string {
  return `${file}:${line}`;
}

/** The signature algorithms of ssh2, best first, with the type of key that each takes (RFC 8332 for RSA). */
const ALGORITHMS: readonly { readonly name: ssh2.ServerHostKeyAlgorithm; readonly type: string }[] = [
  { name: 'ssh-ed25519', type: 'ssh-ed25519' },
  { name: 'ecdsa-sha2-nistp256', type: 'ecdsa-sha2-nistp256' },
  { name: 'ecdsa-sha2-nistp384', type: 'ecdsa-sha2-nistp384' },
  { name: 'ecdsa-sha2-nistp521', type: 'ecdsa-sha2-nistp521' },
  { name: 'rsa-sha2-512', type: 'ssh-rsa' },
  { name: 'rsa-sha2-256', type: 'ssh-rsa' },
  { name: 'ssh-rsa', type: 'ssh-rsa' },
];
