import type { NamespaceRecord, NodeRecord } from '../core/snapshot/format';
import { plural } from '../core/outline/item';
import { readInterfaces } from '../core/routing/read-interfaces';
import { type Attempt, type RootAccess, runBatch } from './batch/batch';
import { commandLine } from './batch/quote';
import { SHELL } from './batch/script';
import { findNamespaces, type FoundNamespace } from './namespaces';
import { lastLine, type ReadOutput } from './output';
import { agentFilesPlan } from './agent-files';
import { AGENT_PROBE } from './agent-probes';
import { HOST, hostPlan, namespacePlan, NAMESPACES_AT_ONCE, type PlannedProbe } from './plan';
import { gapsOf, type Limits, resultOf, type Shortcoming } from './result';
import type { Connection } from './ssh/connection';
import type { SshError } from './ssh/errors';

/** What was read of a node, and what was not. */
export interface NodeReading {
  /** What a snapshot keeps of it. */
  readonly record: NodeRecord;
  readonly root: RootAccess;
  /** Probes that did not tell what they should. */
  readonly shortcomings: readonly Shortcoming[];
  /** Why the rest was not read; undefined where all of it was. */
  readonly broken: SshError | undefined;
  /** All that is missing, a sentence each, what matters most first; none where everything was read that there is. */
  readonly gaps: readonly string[];
}

export interface Progress {
  readonly done: number;
  /** Grows once the namespaces are known. */
  readonly total: number;
  /** What runs now. */
  readonly command: string;
}

export interface CollectOptions {
  readonly signal?: AbortSignal | undefined;
  /** Gets each command with its exit code, a line each. */
  readonly log?: ((line: string) => void) | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  readonly limits?: Limits;
}

const LIMITS: Limits = { milliseconds: 15_000, maxBytes: 64 << 20, namespaces: 100 };

/** Reads a node over a connection. Rejects with an SshError only where nothing could be read. */
export async function collectNode(
  connection: Pick<Connection, 'exec' | 'name'>,
  name: string,
  options: CollectOptions = {},
): Promise<NodeReading> {
  return new Collector(connection, name, options).run();
}

class Collector {
  private readonly limits: Limits;
  private readonly outputs = new Map<string, Record<string, ReadOutput>>();
  private shortcomings: Shortcoming[] = [];
  /** What is said of namespaces that were left out. */
  private readonly notes: string[] = [];
  private done = 0;
  private total = 0;

  constructor(
    private readonly connection: Pick<Connection, 'exec' | 'name'>,
    private readonly name: string,
    private readonly options: CollectOptions,
  ) {
    this.limits = options.limits ?? LIMITS;
  }

  async run(): Promise<NodeReading> {
    const { root, broken } = await this.read(hostPlan());
    if (broken && !this.outputs.has(HOST)) throw broken;
    const found = broken ? [] : this.within(root);
    const files = agentFilesPlan(this.outputs.get(HOST)?.[AGENT_PROBE.id]?.stdout ?? '');
    const withoutFiles = broken ?? (files.length > 0 ? (await this.read(files)).broken : undefined);
    const brokenLater = withoutFiles ?? (await this.readAll(found));
    const { shortcomings } = this;
    return {
      root,
      broken: brokenLater,
      record: { name: this.name, namespaces: [this.record(HOST, 'host'), ...this.records(found)] },
      shortcomings,
      gaps: [...(brokenLater ? [brokenLater.message] : []), ...gapsOf(shortcomings), ...this.notes],
    };
  }

  /** The namespaces on the node that can be read. */
  private within(root: RootAccess): FoundNamespace[] {
    if (root !== 'root' && root !== 'sudo') {
      this.notes.push('Pods and containers were not read: only root may enter them.');
      return [];
    }
    const host = this.outputs.get(HOST) ?? {};
    const found = findNamespaces((id) => host[id]?.stdout);
    const { namespaces } = this.limits;
    if (found.length > namespaces)
      this.notes.push(`Of ${found.length} network namespaces ${namespaces} were read: there are very many.`);
    return found.slice(0, namespaces);
  }

  private async readAll(found: readonly FoundNamespace[]): Promise<SshError | undefined> {
    const plans = found.map(namespacePlan);
    this.total += plans.flat().length;
    for (let at = 0; at < plans.length; at += NAMESPACES_AT_ONCE) {
      const { broken } = await this.read(plans.slice(at, at + NAMESPACES_AT_ONCE).flat(), true);
      for (const { name } of found.slice(at, at + NAMESPACES_AT_ONCE)) this.forgetIfGone(name);
      if (broken) return broken;
    }
    return undefined;
  }

  /** A container may have ended since it was found. */
  private forgetIfGone(name: string): void {
    const outputs = Object.values(this.outputs.get(name) ?? {});
    if (outputs.length === 0 || outputs.some(({ stderr }) => !/^nsenter: .*No such file/.test(stderr))) return;
    this.outputs.delete(name);
    this.shortcomings = this.shortcomings.filter(({ namespace }) => namespace !== name);
  }

  private async read(plan: readonly PlannedProbe[], counted = false): Promise<{ root: RootAccess; broken?: SshError }> {
    if (!counted) this.total += plan.length;
    this.options.log?.(`${this.name}: ${SHELL}, for ${plural(plan.length, 'probe')}; those that need root by sudo -n`);
    const started = new Set<number>();
    const { attempts, root, sudoSays, broken } = await runBatch(
      this.connection,
      plan.map(({ task }) => task),
      {
        limit: this.limits.milliseconds,
        maxBytes: this.limits.maxBytes,
        signal: this.options.signal ?? new AbortController().signal,
        onStart: (at, argv) => {
          if (!started.has(at)) this.done++;
          started.add(at);
          this.options.onProgress?.({ done: this.done - 1, total: this.total, command: commandLine(argv) });
        },
        onEnd: (_at, attempt) => {
          this.log(attempt);
        },
      },
    );
    for (const [at, planned] of plan.entries()) {
      const result = resultOf(planned, attempts[at] ?? [], { root, sudoSays, limits: this.limits });
      if (result?.output) this.outputsOf(planned.namespace)[planned.probe.id] = result.output;
      if (result?.shortcoming) this.shortcomings.push(result.shortcoming);
    }
    return { root, ...(broken && { broken }) };
  }

  private log({ argv, code, cut, stdout, stderr }: Attempt): void {
    const how = cut ? `stopped, over its ${cut} limit` : `exit code ${code}`;
    const said = code === 0 ? '' : `: ${lastLine(stderr.toString())}`;
    this.options.log?.(`${this.name}: ${commandLine(argv)} (${how}, ${stdout.length} bytes)${said}`);
  }

  private outputsOf(namespace: string): Record<string, ReadOutput> {
    const outputs = this.outputs.get(namespace) ?? {};
    this.outputs.set(namespace, outputs);
    return outputs;
  }

  private record(name: string, kind: NamespaceRecord['kind']): NamespaceRecord {
    return { name, kind, outputs: this.outputs.get(name) ?? {} };
  }

  /** Those that services of the system keep for themselves, with nothing in them, are left out. */
  private records(found: readonly FoundNamespace[]): NamespaceRecord[] {
    return found
      .filter(({ name }) => this.outputs.has(name))
      .map((one) => ({ named: one.named, record: this.record(one.name, one.kind) }))
      .filter(({ named, record }) => {
        const addresses = record.outputs['ip-addr'];
        return named || !addresses || readInterfaces(addresses.stdout).interfaces.some(({ loopback }) => !loopback);
      })
      .map(({ record }) => record);
  }
}
