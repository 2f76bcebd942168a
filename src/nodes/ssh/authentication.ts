import type ssh2 from 'ssh2';
import { messageOf, SshError } from './errors';
import type { Identities } from './identities';
import { OneKeyAgent } from './one-key-agent';
import type { PasswordQuestion, Questions } from './questions';
import type { HostSettings } from './settings';

/** As NumberOfPasswordPrompts in ssh_config(5). */
const ATTEMPTS = 3;

export interface AuthenticationOptions {
  readonly node: string;
  readonly settings: HostSettings;
  readonly questions: Questions;
  /** Where questions are asked: the clock stands still meanwhile. */
  readonly ask: <T>(question: (signal: AbortSignal) => Promise<T>) => Promise<T>;
  /** The connection cannot be made any more. */
  readonly fail: (why: unknown) => void;
}

/** Logs in: the keys one by one, then what the server asks, then a password (RFC 4252). */
export class Authentication {
  private readonly tried: string[] = [];
  private readonly notes: string[] = [];
  private readonly left: Identities['usable'][number][];
  /** What the server says that it would take; undefined until it has said so. */
  private allowed: readonly string[] | undefined;
  private prompted = 0;
  private passwords = 0;

  constructor(
    private readonly options: AuthenticationOptions,
    identities: Identities,
  ) {
    this.left = [...identities.usable];
    this.notes.push(...identities.skipped);
  }

  /** For `authHandler` of ssh2. */
  readonly handler: ssh2.AuthHandlerMiddleware = (allowed, _partial, next) => {
    // ssh2 repeats what it was told before the keys of an agent; `observe` knows better.
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- null at first, whatever its types say
    if (allowed !== null && this.allowed === undefined) this.allowed = allowed;
    this.next().then(
      (method) => {
        if (method) next(method);
        else this.options.fail(this.failure());
      },
      (error: unknown) => {
        this.options.fail(error instanceof SshError ? error : new SshError('authentication', messageOf(error)));
      },
    );
  };

  /**
   * For `debug` of ssh2, which passes on neither what methods are left nor a partial success while it tries keys of an
   * agent: without it a second factor after a key would not be asked for.
   */
  readonly observe = (message: string): void => {
    const [, methods] = /^Inbound: Received USERAUTH_FAILURE \((.*)\)$/.exec(message) ?? [];
    if (methods !== undefined) this.allowed = methods.split(',');
  };

  private async next(): Promise<ssh2.AnyAuthMethod | undefined> {
    const { settings, questions } = this.options;
    const username = settings.user;
    // Asks what the server takes (RFC 4252 §5.2).
    if (this.allowed === undefined) return { type: 'none', username };
    if (this.allowed.includes('publickey')) {
      const key = await this.nextKey();
      if (key) return { type: 'agent', username, agent: key };
    }
    if (this.allowed.includes('keyboard-interactive') && questions.prompts && this.prompted < ATTEMPTS) {
      const attempt = ++this.prompted;
      if (attempt === 1) this.tried.push('answers to its questions');
      return { type: 'keyboard-interactive', username, prompt: this.prompt(attempt) };
    }
    if (this.allowed.includes('password') && questions.password && this.passwords < ATTEMPTS) {
      const attempt = ++this.passwords;
      if (attempt === 1) this.tried.push('a password');
      const password = await this.options.ask(async (signal) =>
        questions.password?.({ ...this.question, attempt }, signal),
      );
      if (password === undefined) throw declined(this.options.node);
      return { type: 'password', username, password };
    }
    return undefined;
  }

  private async nextKey(): Promise<OneKeyAgent | undefined> {
    for (let identity = this.left.shift(); identity; identity = this.left.shift()) {
      const { name } = identity;
      const key = await identity.publicKey();
      if (!key) {
        this.notes.push(`${name}: no passphrase given`);
        continue;
      }
      this.tried.push(name);
      return new OneKeyAgent(identity, key, (why) => this.notes.push(`${name}: ${why.message}`));
    }
    return undefined;
  }

  private readonly prompt =
    (attempt: number): ssh2.KeyboardInteractiveAuthMethod['prompt'] =>
    (title, instructions, _language, prompts, finish) => {
      const question = {
        ...this.question,
        attempt,
        title,
        instructions,
        prompts: prompts.map(({ prompt, echo }) => ({ text: prompt, echo: echo === true })),
      };
      this.options
        .ask(async (signal) => this.options.questions.prompts?.(question, signal))
        .then((answers) => {
          if (answers) finish([...answers]);
          else this.options.fail(declined(this.options.node));
        })
        .catch((error: unknown) => {
          this.options.fail(error instanceof SshError ? error : new SshError('authentication', messageOf(error)));
        });
    };

  private get question(): Omit<PasswordQuestion, 'attempt'> {
    const { node, settings } = this.options;
    return { node, user: settings.user, host: settings.host };
  }

  /** Why the server did not let us in: what was tried, and what could not be. */
  failure(reason?: string): SshError {
    const { settings } = this.options;
    const tried = this.tried.length > 0 ? `tried: ${this.tried.join(', ')}` : 'there was nothing to try';
    const facts = [
      ...(reason === undefined ? [] : [`it says: ${reason}`]),
      tried,
      `it takes: ${this.allowed?.join(', ') ?? 'unknown'}`,
      ...this.notes,
    ];
    const advice = 'name a key with IdentityFile, or load it into your agent';
    return new SshError(
      'authentication',
      `${settings.user}@${settings.host} was not let in (${facts.join('; ')}); ${advice}.`,
    );
  }
}

function declined(node: string): SshError {
  return new SshError('cancelled', `Logging in to ${node} was cancelled.`);
}
