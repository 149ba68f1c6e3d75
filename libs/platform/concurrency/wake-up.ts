/** A sleep that somebody else can end. A call that comes before the sleep is kept for it. */
export class WakeUp {
  private called = false;
  private end: (() => void) | undefined;

  wake(): void {
    this.called = true;
    this.end?.();
  }

  /** Sleeps for `ms` at most, less when woken or when `signal` ends the wait. One sleeper at a time. */
  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (!this.called && signal?.aborted !== true) {
      await new Promise<void>((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', done);
          resolve();
        };
        const timer = setTimeout(done, ms);
        this.end = done;
        signal?.addEventListener('abort', done, { once: true });
      });
    }
    this.called = false;
    this.end = undefined;
  }
}
