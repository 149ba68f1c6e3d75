import { WakeUp } from '@icmp-mon/platform/concurrency';

/** A pending question, for work that answers or refuses each question individually. */
export interface Asked<Q, A> {
  readonly question: Q;
  answerWith(answer: A): void;
  failWith(error: unknown): void;
}

export interface BatchingOptions<Q> {
  /** Maximum questions per batch. */
  batchMax: number;
  /** Maximum concurrent batches. */
  concurrentMax: number;
  /** Questions with the same key are never in progress at the same time: the later one waits for the earlier one. */
  keyOf?(question: Q): string;
  /** Batches start at least `everyMs` apart, unless the waiting questions weigh `fullWeight` or more. */
  gather?: { everyMs: number; fullWeight: number; weightOf(question: Q): number };
  /** Returns the error for questions that wait when a batch fails. Default: they do not fail but form the next batch. */
  failWaiting?(error: unknown): unknown;
}

/**
 * Answers questions that arrive at about the same time in one batch. The first batch starts immediately, with all questions of the same turn
 * of the event loop; questions that arrive while it is in progress form the next one. So batches grow with the load.
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
   * `answerAll` returns one answer per question, in order; when it throws, all questions of the batch fail. It may also answer single
   * questions by `asked` earlier; it returns undefined if it has answered all of them this way.
   */
  constructor(
    private readonly options: BatchingOptions<Q>,
    private readonly answerAll: (questions: Q[], asked: readonly Asked<Q, A>[]) => Promise<readonly A[] | undefined>,
  ) {}

  askBatched(question: Q): Promise<A> {
    return new Promise((answer, fail) => {
      this.waiting.push({ question, answerWith: answer, failWith: fail });
      this.waitingWeight += this.options.gather?.weightOf(question) ?? 0;
      if (this.isFull) this.full?.wakeSleeper();
      if (this.working >= this.options.concurrentMax) return;
      this.working++;
      setImmediate(() => void this.work());
    });
  }

  private async work(): Promise<void> {
    while (this.waiting.length > 0) {
      await this.gathered();
      const asked = this.takeBatch();
      // Every waiting question has a key that another worker is answering; that worker takes it next.
      if (asked.length === 0) break;
      this.startedMs = performance.now();
      try {
        const answers = await this.answerAll(
          asked.map(({ question }) => question),
          asked,
        );
        if (answers !== undefined) asked.forEach(({ answerWith }, at) => answerWith(answers[at]));
      } catch (error) {
        for (const { failWith } of asked) failWith(error);
        this.failBehind(error);
      }
      this.releaseKeys(asked);
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
    await this.full.sleepUntilWoken(waitMs);
    this.full = null;
  }

  /** Takes the next questions in order, without questions whose key is in progress. */
  private takeBatch(): Asked<Q, A>[] {
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

  private releaseKeys(asked: readonly Asked<Q, A>[]): void {
    const { keyOf } = this.options;
    if (keyOf !== undefined) for (const { question } of asked) this.busy.delete(keyOf(question));
  }

  private failBehind(error: unknown): void {
    const { failWaiting } = this.options;
    if (failWaiting === undefined) return;
    const failure = failWaiting(error);
    for (const { failWith } of this.waiting.splice(0)) failWith(failure);
    this.waitingWeight = 0;
  }
}
