/** A sleep that another task can end. A wake-up before the sleep ends the next sleep immediately. */
export class WakeUp {
  private called = false;
  private end: (() => void) | undefined;

  wakeSleeper(): void {
    this.called = true;
    this.end?.();
  }

  /** Sleeps for at most `ms`; ends early on `wakeSleeper` or when `signal` is aborted. Only one sleeper at a time. */
  async sleepUntilWoken(ms: number, signal?: AbortSignal): Promise<void> {
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
