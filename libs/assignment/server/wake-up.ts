import { setTimeout as delay } from 'node:timers/promises';

/** Lets one waiter sleep until something happens. A wake-up while nobody sleeps is kept for the next sleep. */
export class WakeUp {
  private woken = new AbortController();

  wake(): void {
    this.woken.abort();
  }

  /** Sleeps at most `ms`, less when woken or when `signal` ends the wait. */
  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const { woken } = this;
    const any = signal ? AbortSignal.any([woken.signal, signal]) : woken.signal;
    await delay(ms, undefined, { signal: any }).catch((error: unknown) => {
      if (!any.aborted) throw error;
    });
    if (woken.signal.aborted) this.woken = new AbortController();
  }
}
