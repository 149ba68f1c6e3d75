import { DomainError, type ErrorCode } from '@icmp-mon/platform/errors';

/** A temporary refusal: `retryAfterS` becomes the Retry-After header. */
export class RetryLater extends DomainError {
  constructor(
    code: ErrorCode,
    detail: string,
    readonly retryAfterS: number,
  ) {
    super(code, `${detail} Try again in ${retryAfterS} s.`);
  }
}

export function retryAfter(code: 'too_many_requests' | 'unavailable', detail: string, retryAfterS: number): RetryLater {
  return new RetryLater(code, detail, retryAfterS);
}
