import ssh2 from 'ssh2';
import type { Identity } from './identities';

/**
 * One key, as an agent of ssh2's: only agents sign asynchronously there. One at a time, so that what the server says to
 * each can be told apart.
 */
export class OneKeyAgent extends ssh2.BaseAgent<ssh2.ParsedKey> {
  constructor(
    private readonly identity: Identity,
    private readonly key: ssh2.ParsedKey,
    private readonly failed: (why: Error) => void,
  ) {
    super();
  }

  override getIdentities(done: ssh2.IdentityCallback<ssh2.ParsedKey>): void {
    done(null, [this.key]);
  }

  override sign(
    _key: ssh2.ParsedKey,
    data: Buffer,
    options: ssh2.SigningRequestOptions | ssh2.SignCallback,
    done?: ssh2.SignCallback,
  ): void {
    const hash = typeof options === 'function' ? undefined : options.hash;
    const call = typeof options === 'function' ? options : done;
    this.identity.sign(data, hash).then(
      (signature) => call?.(null, signature),
      (why: unknown) => {
        const error = why instanceof Error ? why : new Error(String(why));
        this.failed(error);
        call?.(error);
      },
    );
  }
}
