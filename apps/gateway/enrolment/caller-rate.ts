import type { IncomingMessage } from 'node:http';
import { addressGroup } from '@icmp-mon/platform/http';
import { retryAfter } from '../agents/retry-after';
import { RateLimit } from '../results/rate-limit';

export interface CallerRateOptions {
  /** Requests per second that callers of one address (IPv6: one /64) may make, granted or not. */
  askedPerSOfAddress: number;
  /** Requests per second that are granted to all callers together. */
  grantedPerS: number;
  /** Error text when a limit is exceeded. */
  detail: string;
}

/**
 * Limits the requests of clients without a certificate. The limit over all callers counts only granted requests, because those are
 * expensive: a client without a token or bound key cannot use up the rate of legitimate agents.
 */
export class CallerRate {
  private readonly asked: RateLimit;
  private readonly granted: RateLimit;

  constructor(private readonly options: CallerRateOptions) {
    this.asked = new RateLimit(options.askedPerSOfAddress);
    this.granted = new RateLimit(options.grantedPerS);
  }

  /** Counts a request, before anything is checked. @throws RetryLater */
  asks(request: IncomingMessage): void {
    this.takeTokens(this.asked, addressGroup(request.socket.remoteAddress));
  }

  /** Counts a granted request, once the caller has proved that it may. @throws RetryLater */
  readonly grant = (): void => this.takeTokens(this.granted, 'all');

  private takeTokens(rate: RateLimit, key: string): void {
    const waitS = rate.takeAmount(key, 1);
    if (waitS !== null) throw retryAfter('too_many_requests', this.options.detail, waitS);
  }
}
