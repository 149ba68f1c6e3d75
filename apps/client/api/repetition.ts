import type { IncomingMessage } from 'node:http';
import type { BackOff } from '@icmp-mon/platform/concurrency';
import { ConnectionFault } from './connection-fault';
import { ApiRefusal } from './problem';

/** Longest wait that the server may ask for. */
const RETRY_AFTER_MAX_S = 60;
/** Refusals of a request that had no effect. */
const TRY_AGAIN = [429, 503];

/**
 * Returns how long to wait before a request is sent again, in ms; null if it must not be.
 * @param mayArriveTwice whether the request has the same effect then
 */
export function waitBeforeRepeat(
  failure: Error,
  answer: IncomingMessage | Error,
  mayArriveTwice: boolean,
  backOff: BackOff,
): number | null {
  if (failure instanceof ConnectionFault) return failure.isTransient && mayArriveTwice ? backOff.nextDelayMs() : null;
  if (!(failure instanceof ApiRefusal) || !TRY_AGAIN.includes(failure.status)) return null;
  const asked = answer instanceof Error ? undefined : answer.headers['retry-after'];
  if (asked === undefined || !/^\d{1,6}$/.test(asked)) return backOff.nextDelayMs();
  return Number(asked) <= RETRY_AFTER_MAX_S ? Math.max(Number(asked), 1) * 1000 : null;
}

/** The parts of a request on which its repetition depends. */
interface Repeated {
  method: string;
  body?: unknown;
  /** Whether the server remembers its Idempotency-Key. */
  isRemembered?: boolean;
}

/** Returns whether a request has the same effect when it arrives twice. */
export const mayArriveTwice = ({ method, isRemembered = false }: Repeated): boolean =>
  method !== 'POST' || isRemembered;

/** A stream cannot be read a second time. */
export const isReadOnce = ({ body }: Repeated): boolean => body !== undefined && typeof body !== 'string';

/** A DELETE whose first answer was lost has done its work. */
export const isRemoved = ({ method }: Repeated, attempt: number, failure: Error): boolean =>
  method === 'DELETE' && attempt > 1 && failure instanceof ApiRefusal && failure.status === 404;
