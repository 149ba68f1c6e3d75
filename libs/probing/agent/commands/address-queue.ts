import { pause } from '@icmp-mon/platform/concurrency';

/** Runs work for addresses: at most `runningMax` at the same time, and for one address one after the other. */
export class AddressQueue {
  private readonly busy = new Map<string, Promise<unknown>>();
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly runningMax: number) {}

  /** Runs `work` in the turn of the address, and afterwards leaves the address alone for the time that `restMs` returns. */
  async inTurn<T>(ip: string, work: () => Promise<T>, restMs: (end: T) => number): Promise<T> {
    const before = this.busy.get(ip) ?? Promise.resolve();
    const turn = before.then(() => this.inSlot(work));
    const rested = turn.then(
      (end) => pause(restMs(end)),
      () => undefined,
    );
    this.busy.set(ip, rested);
    void rested.then(() => {
      if (this.busy.get(ip) === rested) this.busy.delete(ip);
    });
    return turn;
  }

  private async inSlot<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= this.runningMax) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else this.running++;
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.running--;
      else next();
    }
  }
}
