interface Asked<Q, A> {
  question: Q;
  answer(answer: A): void;
  fail(error: unknown): void;
}

export interface BatchingOptions {
  /** Questions that are answered together. */
  batchMax: number;
  /** Batches that are under way at once. */
  concurrentMax: number;
}

/**
 * Answers questions together that come at about the same time: the first at once, with what the same turn of the event
 * loop brings, and those that come while it is under way by the next. The busier, the larger the batches.
 */
export class Batching<Q, A> {
  private waiting: Asked<Q, A>[] = [];
  private working = 0;

  /** `answerAll` gives an answer for each question, in their order; when it throws, all of its questions fail. */
  constructor(
    private readonly options: BatchingOptions,
    private readonly answerAll: (questions: Q[]) => Promise<A[]>,
  ) {}

  ask(question: Q): Promise<A> {
    return new Promise((answer, fail) => {
      this.waiting.push({ question, answer, fail });
      if (this.working >= this.options.concurrentMax) return;
      this.working++;
      setImmediate(() => void this.work());
    });
  }

  private async work(): Promise<void> {
    while (this.waiting.length > 0) {
      const asked = this.waiting.splice(0, this.options.batchMax);
      try {
        const answers = await this.answerAll(asked.map(({ question }) => question));
        asked.forEach(({ answer }, at) => answer(answers[at]));
      } catch (error) {
        for (const { fail } of asked) fail(error);
      }
    }
    this.working--;
  }
}
