import { describe, expect, it } from 'vitest';
import { clockBehindMs } from './server-clock';

const SERVER_AT = '2026-11-18T11:00:00.000Z';
const heard = (aheadMs: number): { monotonicMs: number; wallMs: number } => ({
  monotonicMs: 5_000,
  wallMs: Date.parse(SERVER_AT) + aheadMs,
});

describe('the clock of the browser', () => {
  it.each([600_000, -3_600_000])('is corrected when it is %i ms ahead of the installation', (aheadMs) => {
    expect(clockBehindMs(SERVER_AT, heard(aheadMs))).toBe(-aheadMs);
  });

  it('is not corrected for small differences, or if the server sends no time', () => {
    for (const aheadMs of [-2_000, 0, 3_000]) expect(clockBehindMs(SERVER_AT, heard(aheadMs))).toBe(0);
    expect(clockBehindMs(undefined, heard(600_000))).toBe(0);
  });
});
