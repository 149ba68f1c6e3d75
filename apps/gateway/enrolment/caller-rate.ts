import type { IncomingMessage } from 'node:http';
import { addressGroup } from '@icmp-mon/platform/http';
import { retryAfter } from '../agents/retry-after';
import { RateLimit } from '../results/rate-limit';

export interface CallerRateOptions {
  /** What callers of one address (IPv6: one /64) may ask, whether or not it is granted. */
  askedPerSOfAddress: number;
  /** What is granted to all callers together. */
  grantedPerS: number;
  /** What there is too much of, in a sentence. */
  detail: string;
}

/**
 * Bounds what those without a certificate ask for. Of all callers together only what is granted counts, because that is
 * what costs: whoever has neither a token nor a bound key cannot use up what those have who do.
 */
export class CallerRate {
  private readonly asked: RateLimit;
  private readonly granted: RateLimit;

  constructor(private readonly options: CallerRateOptions) {
    this.asked = new RateLimit(options.askedPerSOfAddress);
    this.granted = new RateLimit(options.grantedPerS);
  }

  /** Before anything is looked at. @throws RetryLater */
  asks(request: IncomingMessage): void {
    this.take(this.asked, addressGroup(request.socket.remoteAddress));
  }

  /** Once the caller has shown that it may. @throws RetryLater */
  readonly grant = (): void => this.take(this.granted, 'all');

  private take(rate: RateLimit, key: string): void {
    const waitS = rate.take(key, 1);
    if (waitS !== null) throw retryAfter('too_many_requests', this.options.detail, waitS);
  }
}
