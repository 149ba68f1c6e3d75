/** Lets a loop sleep until it is woken or a time has passed; a wake while it works is not lost. */
export class Wake {
  private woken = false;
  private resume: (() => void) | null = null;

  wake(): void {
    this.woken = true;
    this.resume?.();
  }

  async sleep(timeoutMs: number): Promise<void> {
    if (!this.woken) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, timeoutMs);
        this.resume = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.resume = null;
    }
    this.woken = false;
  }
}
