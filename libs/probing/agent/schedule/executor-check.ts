import type { Executor } from '../executors/executor';
import type { ProbingLog } from './probing-log';

const CHECK_EVERY_MS = 10_000;

/** Checks the executor at the start and while nothing is probed: a failing executor may have lost all of its targets. */
export class ExecutorCheck {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private readonly stopSignal = new AbortController();

  constructor(
    private readonly executor: Executor,
    private readonly isProbing: () => boolean,
    private readonly log: ProbingLog,
  ) {}

  start(): void {
    this.startCheck();
    this.timer = setInterval(() => this.startCheck(), CHECK_EVERY_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.stopSignal.abort();
    await this.running;
  }

  private startCheck(): void {
    if (this.running !== undefined || this.isProbing()) return;
    const { executor, log, stopSignal } = this;
    this.running = executor.checkExecutor(stopSignal.signal).then((end) => {
      this.running = undefined;
      if (end !== null && !stopSignal.signal.aborted) log.logEnd(end, executor.counters);
    });
  }
}
