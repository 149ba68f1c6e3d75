import { pause } from './pause';

export interface BackOffOptions {
  firstMs: number;
  maxMs: number;
  /** Returns a number from 0 to 1. Default: `Math.random`. */
  random?: () => number;
}

/** Exponential back-off from `firstMs` to `maxMs`. Half of each wait is random (jitter), so that many clients do not retry at the same time. */
export class BackOff {
  private failures = 0;

  constructor(private readonly options: BackOffOptions) {}

  succeeded(): void {
    this.failures = 0;
  }

  /** Counts a failure and returns how long to wait, in ms. */
  nextDelayMs(): number {
    const { firstMs, maxMs, random = Math.random } = this.options;
    const fullMs = Math.min(maxMs, firstMs * 2 ** Math.min(this.failures++, 20));
    return fullMs * (0.5 + 0.5 * random());
  }

  /** Counts a failure and waits; ends early when `signal` is aborted. */
  async waitAfterFailure(signal?: AbortSignal): Promise<void> {
    await pause(this.nextDelayMs(), signal);
  }
}
