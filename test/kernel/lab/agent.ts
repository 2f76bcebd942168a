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
  | { readonly kind: 'accepted'; readonly space: string; readonly peer: readonly [string, number] };

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
function pythonPath(): string {
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

  /** Sends something that needs no answer, so that the neighbour's MAC address is asked for. */
  async greet(namespace: string, address: string): Promise<void> {
    await this.do('greet', { namespace, address });
  }

  async counters(namespace: string): Promise<Readonly<Record<string, number>>> {
    return (await this.do('counters', { namespace })) as Record<string, number>;
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
