import { type ChildProcessByStdio, execFileSync, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { createInterface } from 'node:readline';

/** What the agent saw since it was last asked. `space` is the kernel's name of a namespace. */
export type AgentRecord =
  | {
      readonly kind: 'packet';
      readonly space: string;
      readonly interface: string;
      readonly direction: 'in' | 'out';
      readonly time: number;
      /** base64 */
      readonly bytes: string;
    }
  | {
      readonly kind: 'rule';
      readonly flavour: 'nft';
      readonly space: string;
      /** When it was told, soon after it happened. */
      readonly time: number;
      readonly table: string;
      readonly chain: string;
      readonly handle: number | null;
      readonly type: 'rule' | 'policy' | 'return';
      readonly policy: number | null;
      readonly id: number;
      readonly protocol: number;
      readonly in: number | null;
      readonly out: number | null;
      /** With the first event of a base chain only. */
      readonly bytes: string | null;
    }
  | {
      readonly kind: 'rule';
      readonly flavour: 'legacy';
      readonly space: string;
      readonly time: number;
      readonly table: string;
      readonly chain: string;
      /** xt_TRACE calls any unconditional verdict `policy` or `return`: the position tells. */
      readonly position: number;
      readonly bytes: string;
    }
  /** flanneld drops a packet whose TTL is used up. */
  | { readonly kind: 'expired'; readonly space: string }
  /** Something that the kernel told found no room any more. */
  | { readonly kind: 'lost'; readonly space: string }
  | { readonly kind: 'accepted'; readonly space: string; readonly peer: readonly [string, number] };

type Direction = readonly [src: string, sport: number | null, dst: string, dport: number | null];
/** An entry of connection tracking, by the number of its protocol. */
export type Entry = readonly [protocol: number, original: Direction, reply: Direction];

/** What a program that sends sees. */
export interface ClientResult {
  readonly connected: boolean;
  readonly answered: boolean;
  /** The name of an errno. */
  readonly error: string | null;
  readonly local: readonly [string, number] | null;
}

/** pyenv and its like put a slow script under the name python3. */
let python: string | undefined;
export function pythonPath(): string {
  python ??= execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim();
  return python;
}

/** The process that acts in the namespaces of one network; see agent.py. */
export class Agent {
  private readonly process: ChildProcessByStdio<Writable, Readable, null>;
  private readonly waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  private next = 1;

  constructor() {
    this.process = spawn(pythonPath(), ['test/kernel/lab/agent.py'], { stdio: ['pipe', 'pipe', 'inherit'] });
    createInterface(this.process.stdout).on('line', (line) => {
      const answer = JSON.parse(line) as { id: number; value?: unknown; error?: string };
      const waiter = this.waiting.get(answer.id);
      this.waiting.delete(answer.id);
      if (answer.error === undefined) waiter?.resolve(answer.value);
      else waiter?.reject(new Error(answer.error));
    });
    this.process.on('exit', (code) => {
      for (const waiter of this.waiting.values()) waiter.reject(new Error(`the agent ended with code ${code ?? '?'}`));
      this.waiting.clear();
    });
  }

  private async do(operation: string, parameters: object = {}): Promise<unknown> {
    const id = this.next++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.process.stdin.write(`${JSON.stringify({ do: operation, id, ...parameters })}\n`);
    });
  }

  /** Captures on every interface of a namespace. */
  async capture(namespace: string): Promise<void> {
    await this.do('capture', { namespace });
  }

  async trace(namespace: string): Promise<void> {
    await this.do('trace', { namespace });
  }

  async serve(namespace: string, protocol: string, address: string, port: number): Promise<void> {
    await this.do('serve', { namespace, protocol, address, port });
  }

  /** A TCP port of 127.0.0.1, where the agent was started, that leads to one that `namespace` can reach. */
  async relay(namespace: string, address: string, port: number): Promise<number> {
    return (await this.do('relay', { namespace, address, port })) as number;
  }

  async tunnel(options: {
    namespace: string;
    device: string;
    bind: string;
    port: number;
    routes: Readonly<Record<string, string>>;
  }): Promise<void> {
    await this.do('tunnel', options);
  }

  async send(options: {
    namespace: string;
    protocol: string;
    address: string;
    port: number;
    sport: number;
    token: string;
    seconds: number;
  }): Promise<ClientResult> {
    return (await this.do('send', options)) as ClientResult;
  }

  /** Waits, at most `seconds`, until no IPv6 address of theirs is tentative any more. */
  async settleAddresses(namespaces: readonly string[], seconds: number): Promise<void> {
    await this.do('settle_addresses', { namespaces, seconds });
  }

  /** Sends something that needs no answer, so that the neighbour's MAC address is asked for. */
  async greet(namespace: string, address: string): Promise<void> {
    await this.do('greet', { namespace, address });
  }

  /** Writes settings, by their path below /proc/sys. */
  async configure(namespaces: readonly string[], settings: Readonly<Record<string, string>>): Promise<void> {
    await this.do('configure', { namespaces, settings });
  }

  async counters(namespaces: readonly string[]): Promise<Readonly<Record<string, Readonly<Record<string, number>>>>> {
    return (await this.do('counters', { namespaces })) as Record<string, Record<string, number>>;
  }

  /** Entries of connection tracking, by namespace. */
  async connections(namespaces: readonly string[]): Promise<Readonly<Record<string, readonly Entry[]>>> {
    return (await this.do('connections', { namespaces })) as Record<string, Entry[]>;
  }

  /** Of `namespaces`, those that know other neighbours than when they were last asked. */
  async changed(namespaces: readonly string[]): Promise<string[]> {
    return (await this.do('changed', { namespaces })) as string[];
  }

  /** Whether a namespace waits for the MAC address of a neighbour: what it has to send is not sent. */
  async asking(namespace: string): Promise<boolean> {
    return (await this.do('asking', { namespace })) as boolean;
  }

  /** Makes an object for `-m nfacct`. */
  async account(namespace: string, name: string): Promise<void> {
    await this.do('account', { namespace, name });
  }

  /** What earlier attempts left: their connections, and neighbours that are still being asked on their behalf. */
  async forget(namespaces: readonly string[]): Promise<void> {
    await this.do('forget', { namespaces });
  }

  /** What was seen since the last time, once all is quiet. */
  async take(): Promise<AgentRecord[]> {
    return (await this.do('take')) as AgentRecord[];
  }

  async close(): Promise<void> {
    if (this.process.exitCode !== null) return;
    const gone = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.stdin.end();
    await gone;
  }
}
