import type { NodeOperations } from '../../core/plan/operation';
import { messageOf } from '../ssh/errors';
import { conflictOf, withActual } from './conflicts';
import { withSubjects } from './describe';
import { Heard } from './heard';
import { NodeLink } from './node-link';
import { type NodeChange, runVerb, sendAndRun } from './node-script';
import type { ConnectTo } from './options';
import { pause } from './pause';
import type { Conflict, NodeState, Stage } from './state';
import { whyRefused } from './why-refused';

export interface GuardedNodeOptions {
  /** Milliseconds for which a node need not be heard. */
  readonly patience: number;
  readonly change: NodeChange;
  readonly connectTo: ConnectTo;
  readonly onLog: (text: string) => void;
  readonly onChange: () => void;
}

/** Reverting waits for locks, and for what it needs of other machines; in milliseconds. */
const REVERT_IDLE = 90_000;

/** One node's change: what is asked of the node, and what is known of it. Nothing here rejects for what a node does. */
export class GuardedNode implements NodeState {
  readonly node: string;
  stage: Stage = 'waiting';
  conflicts: readonly Conflict[] = [];
  problem: string | undefined;
  /** When its time is over, by performance.now; rather too early than too late. */
  private deadline: number | undefined;
  /** Whether it was told to change anything. */
  private begun = false;
  private readonly heard: Heard;
  private readonly link: NodeLink;

  constructor(
    private readonly operations: NodeOperations,
    private readonly options: GuardedNodeOptions,
  ) {
    this.node = operations.node;
    this.heard = new Heard(options.onLog);
    this.link = new NodeLink(operations.node, options.connectTo, options.patience, (said) => {
      this.heard.learn(said);
      this.follow();
    });
  }

  get guard(): NodeState['guard'] {
    return this.heard.guard;
  }

  get done(): number {
    return this.heard.done;
  }

  get warnings(): readonly string[] {
    return [...this.heard.warnings].map((text) => this.sentence(text));
  }

  get secondsLeft(): number | undefined {
    return this.open ? Math.max(0, ((this.deadline ?? 0) - performance.now()) / 1000) : undefined;
  }

  /** Nothing more will become of it. */
  get ended(): boolean {
    return this.heard.ending !== undefined;
  }

  /** Its switch was armed, or may have been, and it has not ended. */
  get open(): boolean {
    return this.deadline !== undefined && !this.ended;
  }

  /** The operations, with what came of them in the node's own words. */
  get carriedOut(): NodeOperations {
    const { node, operations } = this.operations;
    return {
      node,
      operations: operations.map((operation, at) => {
        const lines = this.heard.actual.get(at + 1);
        return lines ? withActual(operation, lines) : operation;
      }),
    };
  }

  enter(stage: Stage): void {
    if (this.ended) return;
    this.stage = stage;
    this.options.onChange();
  }

  /** The first reason counts. */
  fail(problem: string): void {
    this.problem ??= problem;
    this.options.onChange();
  }

  /** Compares what is there with what the operations expect; nothing is changed or left there. */
  async check(signal: AbortSignal): Promise<void> {
    this.enter('checking');
    const { heard, node } = this;
    heard.findings.clear();
    heard.obstacles.length = 0;
    heard.word = '';
    const refused = this.operations.operations.flatMap((operation) => whyRefused(operation) ?? []);
    let obstacles = refused.map((reason) => `${node}: ${reason}.`);
    if (obstacles.length === 0) {
      try {
        await this.link.run((mark) => sendAndRun(this.options.change, 'check', mark), signal);
        obstacles = heard.obstacles.map((text) => `${node}: ${text}.`);
        if (heard.word !== 'checked')
          obstacles.push(`${node}: ${heard.failure ?? 'it has not told all of what is there'}.`);
      } catch (error) {
        obstacles = [messageOf(error)];
      }
      heard.failure = undefined;
    }
    const whole = obstacles.map((message) => ({ node, operation: undefined, message, missing: [], unexpected: [] }));
    this.conflicts = whole.length > 0 ? whole : this.found();
    this.enter(this.conflicts.length > 0 ? 'conflict' : 'ready');
  }

  private found(): Conflict[] {
    return this.operations.operations.flatMap((operation, at) => {
      const finding = this.heard.findings.get(at + 1) ?? { state: 'unreadable', found: [] };
      return conflictOf(this.node, operation, finding) ?? [];
    });
  }

  /** True: the node will revert by itself. */
  async arm(signal: AbortSignal): Promise<boolean> {
    this.enter('arming');
    const { heard, options } = this;
    const begun = performance.now();
    try {
      await this.link.run((mark) => sendAndRun(options.change, 'arm', mark), signal);
      // Its failure has left nothing behind.
      if (heard.failure !== undefined) throw new Error(`${this.node}: ${heard.failure}.`);
      this.deadline = begun + options.change.seconds * 1000;
      heard.word = '';
      // Another program than the one that armed it has to see it armed: `unchanged` comes after that.
      heard.guard = undefined;
      await this.ask(signal);
    } catch (error) {
      this.fail(messageOf(error));
      // It may be armed, and its word lost.
      if (heard.failure === undefined) this.deadline ??= begun + options.change.seconds * 1000;
      return false;
    }
    if (this.told() !== 'unchanged' || this.guard === undefined) {
      this.fail(`${this.node} has not armed its switch.`);
      return false;
    }
    this.enter('armed');
    return true;
  }

  /** What has come of it is told by the proof. */
  async carryOut(signal: AbortSignal): Promise<void> {
    this.enter('changing');
    this.begun = true;
    try {
      await this.link.run((mark) => runVerb(this.options.change, 'apply', mark), signal);
    } catch (error) {
      this.options.onLog(messageOf(error));
    }
  }

  /**
   * True: all is done, and a connection that is made then tells so. An old one lives on by what is known of it. A node that
   * tells that it is at work, as with an agent that takes long to start, has until the signal.
   */
  async prove(signal: AbortSignal): Promise<boolean> {
    this.enter('proving');
    const { patience } = this.options;
    let last = 'no time was left';
    let heard = performance.now();
    let left = patience;
    while (!signal.aborted && !this.ended && left > 0) {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(left))]);
      const atWork = this.told() === 'changing';
      try {
        if (!atWork) await this.link.renew(limit);
        await this.ask(limit);
        if (this.told() === 'applied' && !atWork) return true;
        if (this.told() !== 'applied' && this.told() !== 'changing') return false;
        heard = performance.now();
        last = 'it is still at work';
      } catch (error) {
        last = messageOf(error);
        this.options.onLog(last);
      }
      await pause(500, signal);
      left = heard + patience - performance.now();
    }
    if (!this.ended) this.fail(`${this.node}: no new SSH connection tells that it is done: ${last}.`);
    return false;
  }

  /** What a command line prints that root runs. Rejects where its end is not heard of. */
  async read(command: string, signal: AbortSignal): Promise<string> {
    const lines: string[] = [];
    const make = (mark: string): string =>
      `{\n{ ${command}\n} 2>&1 </dev/null | sed 's/^/${mark} line /'\necho ${mark} end\nexit 0\n}\n`;
    await this.link.run(make, signal, {
      onSaid: ({ word, rest }) => {
        if (word === 'line') lines.push(`${rest}\n`);
      },
    });
    return lines.join('');
  }

  /** True: it has said that it stays. The signal says until when it is tried. */
  async confirm(signal: AbortSignal): Promise<boolean> {
    this.enter('confirming');
    while (!signal.aborted && !this.ended) {
      try {
        await this.link.run((mark) => runVerb(this.options.change, 'confirm', mark), signal);
        if (this.told() === 'reverting' || this.told() === 'gone') break;
      } catch (error) {
        this.options.onLog(messageOf(error));
      }
      await pause(500, signal);
    }
    this.enter(this.told() === 'reverting' ? 'reverting' : 'unknown');
    return this.stage === 'confirmed';
  }

  /** True: it has said that all is as before. */
  async revert(signal: AbortSignal): Promise<boolean> {
    this.enter('reverting');
    while (!signal.aborted && !this.ended) {
      try {
        await this.link.run((mark) => runVerb(this.options.change, 'revert', mark), signal, { idle: REVERT_IDLE });
        if (this.told() === 'gone') {
          // Its switch was not armed after all.
          if (!this.begun) this.heard.ending = { result: 'reverted', why: '' };
          this.follow();
          break;
        }
      } catch (error) {
        this.options.onLog(messageOf(error));
      }
      await pause(500, signal);
    }
    if (!this.ended) this.fail(`${this.node} cannot be asked; it reverts by itself when its time is over.`);
    this.enter('unknown');
    return this.stage === 'reverted';
  }

  /** Hears where it is now. Rejects where it cannot be asked. */
  async ask(signal: AbortSignal): Promise<void> {
    await this.link.run((mark) => runVerb(this.options.change, 'status', mark), signal);
  }

  close(): Promise<void> {
    return this.link.close();
  }

  private sentence(text: string): string {
    return `${this.node}: ${withSubjects(text, this.operations.operations)}.`;
  }

  /** TypeScript would take a field to be what it was before a call. */
  private told(): string {
    return this.heard.word;
  }

  /** Has the stage follow what the node tells. */
  private follow(): void {
    const { ending, failure, word } = this.heard;
    if (failure !== undefined && this.deadline !== undefined) this.problem ??= this.sentence(failure);
    if (ending) {
      this.stage = ending.result;
      if (ending.result !== 'confirmed' && ending.why !== '') this.problem ??= this.sentence(ending.why);
    } else if (word === 'reverting') this.stage = 'reverting';
    else if (word === 'gone')
      this.problem ??= `${this.node} knows nothing of the change any more: it was restarted, or somebody has removed it.`;
    this.options.onChange();
  }
}
