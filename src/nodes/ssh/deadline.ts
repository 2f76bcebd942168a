/**
 * A limit of time that stands still while the user is asked something. Its signal aborts when the time is over, or with
 * the signal it was made with; `signal.reason` is then `TIME_OVER`, or that signal's.
 */
export class Deadline {
  private readonly controller = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private remaining: number;
  private since = 0;
  private pauses = 0;

  constructor(
    milliseconds: number,
    private readonly parent?: AbortSignal,
  ) {
    this.remaining = milliseconds;
    if (parent?.aborted) this.cancel();
    else {
      parent?.addEventListener('abort', this.cancel);
      this.run();
    }
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Whether it was the time that ended it. */
  get over(): boolean {
    return this.signal.reason === TIME_OVER;
  }

  async paused<T>(ask: () => Promise<T>): Promise<T> {
    if (this.pauses++ === 0) this.halt();
    try {
      return await ask();
    } finally {
      if (--this.pauses === 0 && !this.signal.aborted) this.run();
    }
  }

  /** Ends it without an abort. */
  dispose(): void {
    clearTimeout(this.timer);
    this.remaining = Infinity;
    this.parent?.removeEventListener('abort', this.cancel);
  }

  private run(): void {
    this.since = performance.now();
    if (this.remaining === Infinity) return;
    this.timer = setTimeout(() => {
      this.controller.abort(TIME_OVER);
    }, this.remaining);
  }

  private halt(): void {
    clearTimeout(this.timer);
    this.remaining = Math.max(0, this.remaining - (performance.now() - this.since));
  }

  private readonly cancel = (): void => {
    clearTimeout(this.timer);
    this.controller.abort(this.parent?.reason);
  };
}

export const TIME_OVER = Symbol('the time is over');
