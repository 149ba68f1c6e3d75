import { pause } from './pause';

export interface BackOffOptions {
  firstMs: number;
  maxMs: number;
  /** From 0 to 1; `Math.random` unless set. */
  random?: () => number;
}

/** Waits that double from `firstMs` to `maxMs`, half of each at random, so that many clients of one server do not return at once. */
export class BackOff {
  private failures = 0;

  constructor(private readonly options: BackOffOptions) {}

  succeeded(): void {
    this.failures = 0;
  }

  /** How long to wait after one more failure, ms. */
  failed(): number {
    const { firstMs, maxMs, random = Math.random } = this.options;
    const fullMs = Math.min(maxMs, firstMs * 2 ** Math.min(this.failures++, 20));
    return fullMs * (0.5 + 0.5 * random());
  }

  /** Waits after one more failure, less when `signal` ends it. */
  async wait(signal?: AbortSignal): Promise<void> {
    await pause(this.failed(), signal);
  }
}
