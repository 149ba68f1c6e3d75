import { expect, it } from 'vitest';
import { GatewayFailure } from './gateway-client';
import { retryAfterMs } from './retry-after';

it.each([
  ['7', 7_000],
  ['999999', 300_000],
  ['Wed, 21 Oct 2026 07:28:00 GMT', 0],
  [undefined, 0],
])('Retry-After %j asks for %i ms', (header, ms) => {
  expect(retryAfterMs(new GatewayFailure(503, 'busy', header))).toBe(ms);
  expect(retryAfterMs(new Error('cut off'))).toBe(0);
});
