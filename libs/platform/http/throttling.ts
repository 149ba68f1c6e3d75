import { createHash } from 'node:crypto';
import { DomainError } from '@icmp-mon/platform/errors';
import { applyDecorators, type ExecutionContext, Injectable, SetMetadata } from '@nestjs/common';
import { Throttle, ThrottlerGuard, type ThrottlerLimitDetail, type ThrottlerModuleOptions } from '@nestjs/throttler';

const WINDOW_MS = 10_000;
const REQUESTS_PER_WINDOW = 5_000;
const GUESSING_METADATA = 'icmpmon:guessing-limited';
const GUESSING_WINDOW_MS = 60_000;

const notLimited = (context: ExecutionContext): boolean =>
  Reflect.getMetadata(GUESSING_METADATA, context.getHandler()) === undefined;

/** A bound that no person and no well-meant script meets, and two that only routes with `LimitGuessing` have. */
export const THROTTLING: ThrottlerModuleOptions = {
  throttlers: [
    { name: 'default', ttl: WINDOW_MS, limit: REQUESTS_PER_WINDOW },
    { name: 'guessing-address', ttl: GUESSING_WINDOW_MS, limit: 1, skipIf: notLimited },
    { name: 'guessing-subject', ttl: GUESSING_WINDOW_MS, limit: 1, skipIf: notLimited },
  ],
  // One window a caller over all routes.
  generateKey: (_context, tracker, name) => `${name}:${tracker}`,
  setHeaders: false,
};

export interface GuessingLimit {
  perAddressPerMinute: number;
  perSubjectPerMinute: number;
  /** Whose secret is tried, from the request's body. */
  subjectOf: (body: Record<string, unknown>) => unknown;
}

/** For routes that check a secret: bounds the tries from one address and against one subject. */
export function LimitGuessing(limit: GuessingLimit): MethodDecorator {
  const tracker = (request: { body?: Record<string, unknown> }): Promise<string> => {
    const subject = limit.subjectOf(request.body ?? {});
    // Hashed: it may be long, or somebody's password in the wrong field.
    const text = typeof subject === 'string' ? subject.toLowerCase() : '';
    return Promise.resolve(createHash('sha256').update(text).digest('base64url'));
  };
  return applyDecorators(
    SetMetadata(GUESSING_METADATA, true),
    Throttle({
      'guessing-address': { ttl: GUESSING_WINDOW_MS, limit: limit.perAddressPerMinute },
      'guessing-subject': { ttl: GUESSING_WINDOW_MS, limit: limit.perSubjectPerMinute, getTracker: tracker },
    }),
  );
}

/** Refuses a caller who asks too often, with the time to wait. */
@Injectable()
export class RequestThrottlerGuard extends ThrottlerGuard {
  protected override throwThrottlingException(context: ExecutionContext, detail: ThrottlerLimitDetail): Promise<void> {
    const waitS = Math.max(1, detail.timeToBlockExpire);
    this.getRequestResponse(context).res.setHeader('Retry-After', waitS);
    return Promise.reject(new DomainError('too_many_requests', `Too many requests; try again in ${waitS} s.`));
  }
}
