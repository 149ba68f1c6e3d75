export interface FairTurnsOptions {
  atOnceMax: number;
  waitingMax: number;
  /** Creates the error for a caller that is refused. */
  refusal: () => Error;
}

interface Waiting {
  caller: string;
  start(): void;
  refuseTurn(): void;
}

/**
 * Runs a limited number of tasks at the same time, with a bounded queue. When the queue is full, a caller with fewer entries displaces the
 * newest entry of the caller with the most entries, so that many requests of one caller cannot lock out the others.
 */
export class FairTurns {
  private running = 0;
  private readonly queue: Waiting[] = [];

  constructor(private readonly options: FairTurnsOptions) {}

  async runInTurn<T>(caller: string, work: () => Promise<T>): Promise<T> {
    await this.takeTurn(caller);
    try {
      return await work();
    } finally {
      this.running -= 1;
      this.queue.shift()?.start();
    }
  }

  private async takeTurn(caller: string): Promise<void> {
    if (this.running >= this.options.atOnceMax) {
      if (this.queue.length >= this.options.waitingMax) this.makeRoom(caller);
      await new Promise<void>((resolve, reject) => {
        this.queue.push({ caller, start: resolve, refuseTurn: () => reject(this.options.refusal()) });
      });
    }
    this.running += 1;
  }

  private makeRoom(caller: string): void {
    const counts = new Map<string, number>();
    for (const waiting of this.queue) counts.set(waiting.caller, (counts.get(waiting.caller) ?? 0) + 1);
    const [most = '', count = 0] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a), ['', 0]);
    if (count <= (counts.get(caller) ?? 0) + 1) throw this.options.refusal();
    const newest = this.queue.findLastIndex((waiting) => waiting.caller === most);
    this.queue.splice(newest, 1)[0]?.refuseTurn();
  }
}
