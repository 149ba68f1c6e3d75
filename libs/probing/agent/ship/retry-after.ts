import { GatewayFailure } from './gateway-client';

const RETRY_AFTER_S_MAX = 300;

/** Delay in the gateway's Retry-After header, ms, at most 5 minutes; 0 without the header, or if it holds a date. */
export function retryAfterMs(error: unknown): number {
  const header = error instanceof GatewayFailure ? error.retryAfter : undefined;
  return /^\d{1,6}$/.test(header ?? '') ? Math.min(RETRY_AFTER_S_MAX, Number(header)) * 1_000 : 0;
}
