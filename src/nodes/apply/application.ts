import { randomBytes } from 'node:crypto';
import { inverseOf } from '../../core/plan/inverse';
import type { NodeOperations } from '../../core/plan/operation';
import { messageOf } from '../ssh/errors';
import { GuardedNode } from './guarded-node';
import { Journal, type JournalEntry } from './journal';
import type { ApplicationOptions, ConnectTo, Settling } from './options';
import { lookAt, settled } from './settled';
import type { Conflict, LogLine, NodeState } from './state';

/** For how long a node need not be heard, and a new SSH connection is tried for after the change, in milliseconds. */
const PATIENCE = 20_000;
/** After its time a node is asked for the result for so long, and by so much later than it has begun to revert. */
const RESULT_LIMIT = 60_000;
const EXPIRY_MARGIN = 1_500;
/** Seconds by which nodes that only restart agents are later at reverting: what agents read may lie on the others. */
const FOLLOWS_BY = 5;

/**
 * Carries out operations on nodes, guarded: each node reverts by itself unless it is confirmed in time. First `prepare`,
 * then `apply`, then `confirm` or `revert`. None of them rejects for what a node does or says: see `nodes`.
 */
export class Application {
  readonly id = idOf(new Date());
  private readonly guarded: readonly GuardedNode[];
  private readonly lines: LogLine[] = [];
  private readonly listeners = new Set<() => void>();
  private readonly journal: Journal | undefined;
  private readonly closed = new AbortController();
  private ticking: NodeJS.Timeout | undefined;
  private expiring = new Set<GuardedNode>();

  constructor(
    operations: readonly NodeOperations[],
    connectTo: ConnectTo,
    private readonly options: ApplicationOptions,
  ) {
    this.journal = options.journal === undefined ? undefined : new Journal(options.journal);
    this.guarded = operations.map((one) => {
      const { name, who, confirmWithin } = options;
      const seconds = confirmWithin + (onlyRestarts(one) ? FOLLOWS_BY : 0);
      const begin = JSON.stringify({ id: this.id, at: new Date().toISOString(), name, who, change: one });
      return new GuardedNode(one, {
        change: { id: this.id, operations: one.operations, seconds, begin },
        connectTo,
        patience: options.patience ?? PATIENCE,
        onLog: (text) => {
          this.lines.push({ node: one.node, at: new Date(), text });
          this.changed();
        },
        onChange: () => {
          this.changed();
        },
      });
    });
  }

  get nodes(): readonly NodeState[] {
    return this.guarded;
  }

  /** All that was run on the nodes so far. */
  get log(): readonly LogLine[] {
    return this.lines;
  }

  /** The least of all nodes whose switch is armed; undefined where there is none. */
  get secondsLeft(): number | undefined {
    const all = this.guarded.flatMap(({ secondsLeft }) => secondsLeft ?? []);
    return all.length > 0 ? Math.min(...all) : undefined;
  }

  /** Calls back whenever a state or the log has changed, and at least each second while a switch is armed. */
  onChange(listener: () => void): { dispose(): void } {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  }

  /** Connects to all nodes and compares; changes nothing. None: it can be applied. */
  async prepare(signal: AbortSignal): Promise<readonly Conflict[]> {
    await Promise.all(this.guarded.map((node) => node.check(signal)));
    return this.guarded.flatMap(({ conflicts }) => conflicts);
  }

  /**
   * Arms all, then changes, proves and verifies in batches. True: all nodes are to be confirmed or reverted now. False:
   * something failed, and what was chosen for that was done. The signal reverts what is done until then.
   */
  async apply(signal: AbortSignal): Promise<boolean> {
    const { guarded, options } = this;
    this.tick();
    const armed = await Promise.all(guarded.map((node) => node.arm(signal)));
    if (signal.aborted || armed.includes(false)) return this.giveUp(guarded, signal);
    const rest = [...guarded];
    while (rest.length > 0) {
      const batch = rest.splice(0, Math.max(1, options.batch));
      if (await this.applyTo(batch, signal)) continue;
      const stopping = options.onFailure === 'stop' && !isOver(signal);
      return this.giveUp(stopping ? [...batch, ...rest] : guarded, signal);
    }
    return true;
  }

  /** One batch: true if all of it is unconfirmed then. */
  private async applyTo(batch: readonly GuardedNode[], signal: AbortSignal): Promise<boolean> {
    const limit = AbortSignal.any([signal, this.untilExpiry()]);
    const proven = await Promise.all(batch.map((node) => this.isProven(node, limit)));
    if (proven.includes(false) || !(await this.isVerified(batch, limit))) return false;
    for (const node of batch) {
      node.enter('unconfirmed');
      await this.keep(node, 'applied');
    }
    return true;
  }

  /** Carried out, reached by a new connection, and what was restarted has settled. */
  private async isProven(node: GuardedNode, limit: AbortSignal): Promise<boolean> {
    const settlings = (this.options.settling ?? []).filter((one) => one.node === node.node);
    let what = 'what is there before the change';
    try {
      const before = new Map<Settling, string>();
      for (const one of settlings) before.set(one, await lookAt(node, one, limit));
      await node.carryOut(limit);
      if (!(await node.prove(limit))) return false;
      node.enter('verifying');
      for (const one of settlings) {
        ({ what } = one);
        if (await settled(node, one, before.get(one) ?? '', limit)) continue;
        node.fail(`${node.node}: ${what}: not in time.`);
        return false;
      }
      return true;
    } catch (error) {
      node.fail(`${node.node}: ${what}: ${messageOf(error)}`);
      return false;
    }
  }

  private async isVerified(batch: readonly GuardedNode[], signal: AbortSignal): Promise<boolean> {
    let wrong: string | undefined;
    try {
      wrong = await this.options.verify?.(
        batch.map(({ node }) => node),
        signal,
      );
    } catch (error) {
      wrong = messageOf(error);
    }
    if (wrong === undefined) return true;
    for (const node of batch) node.fail(wrong);
    return false;
  }

  private async giveUp(nodes: readonly GuardedNode[], signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) for (const node of nodes) node.fail(`${node.node}: stopped before all was done.`);
    await this.revertAll(nodes);
    return false;
  }

  /** Of all that are unconfirmed. True: all of them have said that it stays. May be tried again. */
  async confirm(): Promise<boolean> {
    const waiting = this.guarded.filter(
      ({ open, stage }) => open && ['unconfirmed', 'confirming', 'unknown'].includes(stage),
    );
    const confirmed = await Promise.all(
      waiting.map(async (node) => {
        const stays = await node.confirm(AbortSignal.any([this.untilExpiry(), this.closed.signal]));
        if (stays) await this.keep(node, 'confirmed');
        return stays;
      }),
    );
    return !confirmed.includes(false) && this.guarded.every(({ stage }) => stage === 'confirmed');
  }

  /** Takes back all that is not confirmed. True: all of that is as before. May be tried again. */
  revert(): Promise<boolean> {
    return this.revertAll(this.guarded);
  }

  private async revertAll(nodes: readonly GuardedNode[]): Promise<boolean> {
    const followers = nodes.filter(({ carriedOut }) => onlyRestarts(carriedOut));
    const others = nodes.filter((node) => !followers.includes(node));
    const results: boolean[] = [];
    for (const group of [others, followers])
      results.push(
        ...(await Promise.all(
          group.map(async (node) => (node.open ? this.seeReverted(node) : node.stage !== 'revert failed')),
        )),
      );
    return !results.includes(false);
  }

  /** Until the node says that it is reverted, or for some time after it has to be. */
  private async seeReverted(node: GuardedNode): Promise<boolean> {
    const limit = AbortSignal.timeout(Math.ceil((node.secondsLeft ?? 0) * 1000) + RESULT_LIMIT);
    const reverted = await node.revert(AbortSignal.any([limit, this.closed.signal]));
    await this.keepEnd(node);
    return reverted;
  }

  /** Asks those nodes again of which nobody knows what they are. */
  async ask(): Promise<void> {
    await Promise.all(
      this.guarded.map(async (node) => {
        if (!node.open) return;
        try {
          await node.ask(this.closed.signal);
          if (node.ended) await this.keepEnd(node);
        } catch (error) {
          this.lines.push({ node: node.node, at: new Date(), text: messageOf(error) });
        }
      }),
    );
  }

  /** What takes back later what was done on a node, if nothing else has changed it since: for an application of its own. */
  inverse(node: string): NodeOperations {
    const found = this.guarded.find((one) => one.node === node);
    return inverseOf(found?.carriedOut ?? { node, operations: [] });
  }

  /** Ends the connections. Nodes that are not confirmed revert by themselves. */
  async close(): Promise<void> {
    clearInterval(this.ticking);
    this.closed.abort();
    await Promise.all(this.guarded.map((node) => node.close()));
  }

  /** Aborts when the first node's time is over. */
  private untilExpiry(): AbortSignal {
    return AbortSignal.timeout(Math.ceil((this.secondsLeft ?? 0) * 1000));
  }

  /** Shows the time, and looks after nodes whose time is over. */
  private tick(): void {
    this.ticking ??= setInterval(() => {
      if (this.secondsLeft === undefined) return;
      this.changed();
      for (const node of this.guarded)
        if (node.secondsLeft === 0 && node.stage === 'unconfirmed' && !this.expiring.has(node)) {
          this.expiring.add(node);
          node.enter('reverting');
          setTimeout(() => {
            if (!this.closed.signal.aborted) void this.seeReverted(node);
          }, EXPIRY_MARGIN);
        }
    }, 1_000);
    this.ticking.unref();
  }

  private async keepEnd(node: GuardedNode): Promise<void> {
    const { stage } = node;
    await this.keep(
      node,
      stage === 'confirmed' || stage === 'reverted' || stage === 'revert failed' ? stage : 'unknown',
    );
  }

  private async keep(node: GuardedNode, result: JournalEntry['result']): Promise<void> {
    const { id, journal } = this;
    const { name, who } = this.options;
    const { problem, carriedOut: change } = node;
    try {
      await journal?.add({ id, at: new Date().toISOString(), name, who, result, problem, change });
    } catch (error) {
      const text = `the journal of this machine cannot be written (${messageOf(error)})`;
      this.lines.push({ node: node.node, at: new Date(), text });
      this.changed();
    }
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
  }
}

/** Sorts by time, and is no one else's: `20261122t154601-3fa9c1`. */
function idOf(now: Date): string {
  const time = now
    .toISOString()
    .replace(/[-:]|\.\d+Z/g, '')
    .toLowerCase();
  return `${time}-${randomBytes(3).toString('hex')}`;
}

function onlyRestarts({ operations }: NodeOperations): boolean {
  return operations.every(({ kind }) => kind === 'restart');
}

/** As it is now, whatever it was when it was looked at before. */
function isOver(signal: AbortSignal): boolean {
  return signal.aborted;
}
