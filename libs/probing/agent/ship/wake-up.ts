/** A sleep that somebody else can end; a call that comes before the sleep is not lost. */
export class WakeUp {
  private called = false;
  private end: (() => void) | undefined;

  wake(): void {
    this.called = true;
    this.end?.();
  }

  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.called && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          signal.removeEventListener('abort', done);
          resolve();
        };
        const timer = setTimeout(done, ms);
        this.end = done;
        signal.addEventListener('abort', done, { once: true });
      });
    }
    this.called = false;
    this.end = undefined;
  }
}
