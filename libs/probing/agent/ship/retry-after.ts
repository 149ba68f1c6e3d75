import { GatewayFailure } from './gateway-client';

const RETRY_AFTER_S_MAX = 300;

/** What the gateway asks for by Retry-After at least, ms; 0 where it asks for nothing, or names a date. */
export function retryAfterMs(error: unknown): number {
  const header = error instanceof GatewayFailure ? error.retryAfter : undefined;
  return /^\d{1,6}$/.test(header ?? '') ? Math.min(RETRY_AFTER_S_MAX, Number(header)) * 1_000 : 0;
}
