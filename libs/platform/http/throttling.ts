import { DomainError } from '@icmp-mon/platform/errors';
import { type ExecutionContext, Injectable } from '@nestjs/common';
import { ThrottlerGuard, type ThrottlerLimitDetail, type ThrottlerModuleOptions } from '@nestjs/throttler';

const WINDOW_MS = 10_000;
const REQUESTS_PER_WINDOW = 5_000;

/** Request limit per address over all routes: above what users and well-behaved scripts need. */
export const THROTTLING: ThrottlerModuleOptions = {
  throttlers: [{ name: 'default', ttl: WINDOW_MS, limit: REQUESTS_PER_WINDOW }],
  generateKey: (_context, tracker, name) => `${name}:${tracker}`,
  setHeaders: false,
};

/** Refuses requests beyond the limit with the time to wait in `Retry-After`. */
@Injectable()
export class RequestThrottlerGuard extends ThrottlerGuard {
  protected override throwThrottlingException(context: ExecutionContext, detail: ThrottlerLimitDetail): Promise<void> {
    const waitS = Math.max(1, detail.timeToBlockExpire);
    this.getRequestResponse(context).res.setHeader('Retry-After', waitS);
    return Promise.reject(
      new DomainError(
        'too_many_requests',
        `More than ${REQUESTS_PER_WINDOW} requests came from this address in ${WINDOW_MS / 1_000} s, the limit. Try again in ${waitS} s.`,
      ),
    );
  }
}
