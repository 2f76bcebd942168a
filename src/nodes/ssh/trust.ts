import { type KnownHost, speaksOf } from './known-hosts';

/** A line of a file. */
export interface KnownHostAt extends KnownHost {
  readonly file: string;
}

/** What the known_hosts files say of a key that a host has shown. */
export type Verdict =
  | { readonly kind: 'trusted'; readonly by: KnownHostAt }
  /** Nothing is known of the host's keys of this type. */
  | {
      readonly kind: 'unknown';
      /** Its keys of other types. A host that has such and shows none of them is suspicious. */
      readonly others: readonly KnownHostAt[];
      /** It is to be trusted by a certificate, which Hoplens cannot read. */
      readonly authority: KnownHostAt | undefined;
    }
  /** Another key of this type is known. */
  | { readonly kind: 'changed'; readonly by: KnownHostAt }
  | { readonly kind: 'revoked'; readonly by: KnownHostAt };

/** The lines that speak of a host. */
export class HostTrust {
  private readonly lines: readonly KnownHostAt[];

  /** `name` as `knownHostName` gives it. `bare`: the host without its port, where ssh looks as well if it finds nothing. */
  constructor(
    private readonly all: readonly KnownHostAt[],
    name: string,
    private readonly bare: string | undefined,
  ) {
    this.lines = all.filter((line) => speaksOf(line.hosts, name));
  }

  /** The types of the keys that would be trusted: to be asked for first. */
  get keyTypes(): string[] {
    return [...new Set(this.lines.filter((line) => line.marker === undefined).map((line) => line.keyType))];
  }

  verdict(keyType: string, key: Buffer): Verdict {
    const bareLines = this.bare === undefined ? [] : this.all.filter((line) => speaksOf(line.hosts, this.bare ?? ''));
    const revoked = [...this.lines, ...bareLines].find((line) => line.marker === 'revoked' && line.key.equals(key));
    if (revoked) return { kind: 'revoked', by: revoked };
    const plain = this.lines.filter((line) => line.marker === undefined);
    const same = plain.find((line) => line.key.equals(key));
    if (same) return { kind: 'trusted', by: same };
    const different = plain.find((line) => line.keyType === keyType);
    if (different) return { kind: 'changed', by: different };
    // Only a key that agrees counts there: another one may be that of the server on port 22 (ssh: "checking without port identifier").
    const bare = bareLines.find((line) => line.marker === undefined && line.key.equals(key));
    if (bare) return { kind: 'trusted', by: bare };
    const authority = this.lines.find((line) => line.marker === 'cert-authority');
    return { kind: 'unknown', others: plain, authority };
  }
}
