import { WakeUp } from '@icmp-mon/platform/concurrency';

/** A question on its way, for work that answers or refuses each one by itself. */
export interface Asked<Q, A> {
  readonly question: Q;
  answer(answer: A): void;
  fail(error: unknown): void;
}

export interface BatchingOptions<Q> {
  /** Questions that are answered together. */
  batchMax: number;
  /** Batches that are under way at once. */
  concurrentMax: number;
  /** Questions with one key are never under way at the same time: the later one waits for the earlier one. */
  keyOf?(question: Q): string;
  /** Batches begin at least `everyMs` apart, unless what waits weighs `fullWeight`. */
  gather?: { everyMs: number; fullWeight: number; weightOf(question: Q): number };
  /** How those fail that wait behind a batch that failed; unless set they get a batch of their own. */
  failWaiting?(error: unknown): unknown;
}

/**
 * Answers questions together that come at about the same time: the first at once, with what the same turn of the event
 * loop brings, and those that come while it is under way by the next. The busier, the larger the batches.
 */
export class Batching<Q, A> {
  private waiting: Asked<Q, A>[] = [];
  private waitingWeight = 0;
  private working = 0;
  private readonly busy = new Set<string>();
  private startedMs = -Infinity;
  /** Ends the gathering of the next batch. */
  private full: WakeUp | null = null;

  /**
   * `answerAll` returns an answer for each question, in their order; when it throws, all of its questions fail. Those of `asked` that
   * it has answered by itself before are not answered again; it returns nothing when these are all.
   */
  constructor(
    private readonly options: BatchingOptions<Q>,
    private readonly answerAll: (questions: Q[], asked: readonly Asked<Q, A>[]) => Promise<readonly A[] | undefined>,
  ) {}

  ask(question: Q): Promise<A> {
    return new Promise((answer, fail) => {
      this.waiting.push({ question, answer, fail });
      this.waitingWeight += this.options.gather?.weightOf(question) ?? 0;
      if (this.isFull) this.full?.wake();
      if (this.working >= this.options.concurrentMax) return;
      this.working++;
      setImmediate(() => void this.work());
    });
  }

  private async work(): Promise<void> {
    while (this.waiting.length > 0) {
      await this.gathered();
      const asked = this.take();
      // All that wait are of keys under way: the worker of those takes them.
      if (asked.length === 0) break;
      this.startedMs = performance.now();
      try {
        const answers = await this.answerAll(
          asked.map(({ question }) => question),
          asked,
        );
        if (answers !== undefined) asked.forEach(({ answer }, at) => answer(answers[at]));
      } catch (error) {
        for (const { fail } of asked) fail(error);
        this.failBehind(error);
      }
      this.free(asked);
    }
    this.working--;
  }

  private get isFull(): boolean {
    const { gather } = this.options;
    return gather !== undefined && this.waitingWeight >= gather.fullWeight;
  }

  private async gathered(): Promise<void> {
    const { gather } = this.options;
    if (gather === undefined || this.isFull) return;
    const waitMs = this.startedMs + gather.everyMs - performance.now();
    if (waitMs <= 0) return;
    this.full = new WakeUp();
    await this.full.sleep(waitMs);
    this.full = null;
  }

  /** The next questions in their order, none of a key that is under way. */
  private take(): Asked<Q, A>[] {
    const { batchMax, keyOf, gather } = this.options;
    const batch = keyOf === undefined ? this.waiting.splice(0, batchMax) : this.takeFree(batchMax, keyOf);
    if (gather !== undefined) for (const { question } of batch) this.waitingWeight -= gather.weightOf(question);
    return batch;
  }

  private takeFree(batchMax: number, keyOf: (question: Q) => string): Asked<Q, A>[] {
    const batch: Asked<Q, A>[] = [];
    const left: Asked<Q, A>[] = [];
    for (const asked of this.waiting) {
      const key = keyOf(asked.question);
      if (batch.length === batchMax || this.busy.has(key)) left.push(asked);
      else {
        this.busy.add(key);
        batch.push(asked);
      }
    }
    this.waiting = left;
    return batch;
  }

  private free(asked: readonly Asked<Q, A>[]): void {
    const { keyOf } = this.options;
    if (keyOf !== undefined) for (const { question } of asked) this.busy.delete(keyOf(question));
  }

  private failBehind(error: unknown): void {
    const { failWaiting } = this.options;
    if (failWaiting === undefined) return;
    const failure = failWaiting(error);
    for (const { fail } of this.waiting.splice(0)) fail(failure);
    this.waitingWeight = 0;
  }
}
