export interface BackOffOptions {
  firstMs: number;
  maxMs: number;
  random?: () => number;
}

const RETRY_AFTER_S_MAX = 300;

/** Growing waits with jitter: many agents that lost the same gateway do not come back in step. */
export class BackOff {
  private failures = 0;

  constructor(private readonly options: BackOffOptions) {}

  succeeded(): void {
    this.failures = 0;
  }

  /** How long to wait after one more failure; `retryAfter` is the header's value, which is a lower bound. */
  failed(retryAfter?: string): number {
    const { firstMs, maxMs, random = Math.random } = this.options;
    const fullMs = Math.min(maxMs, firstMs * 2 ** Math.min(this.failures++, 16));
    const asked = /^\d{1,6}$/.test(retryAfter ?? '') ? Math.min(RETRY_AFTER_S_MAX, Number(retryAfter)) * 1000 : 0;
    return asked + fullMs * (0.5 + 0.5 * random());
  }
}
