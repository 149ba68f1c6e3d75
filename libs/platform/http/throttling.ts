import { DomainError } from '@icmp-mon/platform/errors';
import { type ExecutionContext, Injectable } from '@nestjs/common';
import { ThrottlerGuard, type ThrottlerLimitDetail, type ThrottlerModuleOptions } from '@nestjs/throttler';

const WINDOW_MS = 10_000;
const REQUESTS_PER_WINDOW = 5_000;

/** A bound that no person and no well-meant script meets, by address over all routes. */
export const THROTTLING: ThrottlerModuleOptions = {
  throttlers: [{ name: 'default', ttl: WINDOW_MS, limit: REQUESTS_PER_WINDOW }],
  generateKey: (_context, tracker, name) => `${name}:${tracker}`,
  setHeaders: false,
};

/** Refuses a caller who asks too often, with the time to wait. */
@Injectable()
export class RequestThrottlerGuard extends ThrottlerGuard {
  protected override throwThrottlingException(context: ExecutionContext, detail: ThrottlerLimitDetail): Promise<void> {
    const waitS = Math.max(1, detail.timeToBlockExpire);
    this.getRequestResponse(context).res.setHeader('Retry-After', waitS);
    return Promise.reject(new DomainError('too_many_requests', `Too many requests; try again in ${waitS} s.`));
  }
}
