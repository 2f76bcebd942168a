import type ssh2 from 'ssh2';
import { Connection } from './connection';
import { Deadline } from './deadline';
import { dial } from './dial';
import { messageOf, SshError } from './errors';
import { handshake } from './handshake';
import { HostKeyCheck, type TrustFile } from './host-key-check';
import { findIdentities } from './identities';
import type { Questions } from './questions';
import type { HostSettings } from './settings';

export interface ConnectOptions {
  readonly questions: Questions;
  /** Hoplens' own known_hosts file, which counts like the user's; undefined: accepted keys go to the user's first. */
  readonly trustFile?: TrustFile | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Gets what happens, a line each; never a secret. */
  readonly log?: ((line: string) => void) | undefined;
}

/**
 * Connects to a host over those on the way, each verified by its key before anything else is sent to it. Throws an
 * SshError. The time for answers of the user counts to no limit.
 */
export async function connect(settings: HostSettings, options: ConnectOptions): Promise<Connection> {
  let last: Connection | undefined;
  try {
    for (const hop of settings.jumps) last = await new Hop(hop, settings.name, last, options).connect();
    return await new Hop(settings, settings.name, last, options).connect();
  } catch (error) {
    await last?.close();
    throw error;
  }
}

/** As NumberOfPasswordPrompts in ssh_config(5). */
const PASSPHRASE_ATTEMPTS = 3;

/** One connection being made. */
class Hop {
  private readonly deadline: Deadline;
  /** Aborts when it has failed, so that no question stays open. */
  private readonly failed = new AbortController();
  /** Where it was when it failed. */
  private stage = 'the TCP connection';

  constructor(
    private readonly settings: HostSettings,
    private readonly node: string,
    private readonly via: Connection | undefined,
    private readonly options: ConnectOptions,
  ) {
    this.deadline = new Deadline(settings.connectTimeout, options.signal);
  }

  async connect(): Promise<Connection> {
    try {
      return await this.attempt();
    } catch (error) {
      this.failed.abort();
      throw this.inWords(error);
    } finally {
      this.deadline.dispose();
    }
  }

  private async attempt(): Promise<Connection> {
    const { settings, node, deadline, via } = this;
    const { questions, trustFile, log = () => undefined } = this.options;
    const check = await HostKeyCheck.prepare({
      node,
      settings,
      trustFile,
      ask: async (question) => this.ask(async (signal) => questions.hostKey?.(question, signal) ?? 'refuse'),
    });
    const identities = await findIdentities(settings, (file, accept) => this.askPassphrase(file, accept));
    const { host, port, user } = settings;
    log(`${node}: connecting to ${user}@${host} port ${port}${via ? ` through ${via.name}` : ''}`);
    const socket = await (via?.forward(host, port, deadline.signal) ?? dial(settings, deadline.signal));
    const client = await handshake(socket, {
      ...{ node, settings, check, identities, questions, log },
      ask: (question) => this.ask(question),
      signal: deadline.signal,
      onStage: (stage) => (this.stage = stage),
    });
    return new Connection(client, settings.name, via);
  }

  private inWords(error: unknown): SshError {
    const { settings, node, deadline } = this;
    const where = settings.name === node ? node : `${settings.name} (on the way to ${node})`;
    if (deadline.over) {
      const limit = `${settings.connectTimeout / 1000} s`;
      const advice = 'check that the node is up, or raise ConnectTimeout';
      return new SshError('timed-out', `${where}: ${this.stage} was not done within ${limit}; ${advice}.`);
    }
    if (deadline.signal.aborted) return new SshError('cancelled', `Connecting to ${node} was cancelled.`);
    if (error instanceof SshError) return new SshError(error.kind, `${where}: ${error.message}`);
    return new SshError('protocol', `${where}: ${messageOf(error)}; this is a fault of Hoplens, please report it.`);
  }

  /** Asks the user; the clock stands still meanwhile. */
  private ask<T>(question: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return this.deadline.paused(() => question(AbortSignal.any([this.deadline.signal, this.failed.signal])));
  }

  private async askPassphrase(
    file: string,
    accept: (passphrase: string) => ssh2.ParsedKey | undefined,
  ): Promise<ssh2.ParsedKey | undefined> {
    const { node } = this;
    const { questions } = this.options;
    for (let attempt = 1; attempt <= PASSPHRASE_ATTEMPTS; attempt++) {
      const passphrase = await this.ask(async (signal) => questions.passphrase?.({ node, file, attempt }, signal));
      if (passphrase === undefined) return undefined;
      const key = accept(passphrase);
      if (key) return key;
    }
    return undefined;
  }
}
