import { describe, expect, it } from 'vitest';
import { rangeMs, readSpan, readTimeRange, zoomSpan } from './time-range';

describe('time range', () => {
  it('returns a valid range, and the fallback for an invalid one', () => {
    expect(readTimeRange('24h', '6h')).toBe('24h');
    expect(readTimeRange('5y', '6h')).toBe('6h');
    expect(readTimeRange(undefined, '1h')).toBe('1h');
    expect(rangeMs('15m')).toBe(900_000);
  });

  it('may be any number of minutes, hours, days, weeks or years, up to the longest range of the page', () => {
    expect(readTimeRange('5h', '6h')).toBe('5h');
    expect(rangeMs('2w')).toBe(14 * 86_400_000);
    expect(readTimeRange('1y', '6h')).toBe('1y');
    expect(readTimeRange('1y', '6h', 31 * 86_400_000)).toBe('6h');
    for (const none of ['1m', '0h', '3y', '1.5h', '-1h', 'h', '']) expect(readTimeRange(none, '6h')).toBe('6h');
  });
});

describe('a span selected in a chart', () => {
  const atMs = Date.parse('2026-03-01T12:00:00Z');

  it('is read from the URL if it is valid', () => {
    expect(readSpan('2026-03-01T12:00:00Z', '2026-03-01T13:00:00Z', atMs)).toEqual({
      fromMs: atMs,
      toMs: atMs + 3_600_000,
    });
    expect(readSpan('2026-03-01T13:00:00Z', '2026-03-01T12:00:00Z', atMs)).toBeNull();
    expect(readSpan(undefined, '2026-03-01T12:00:00Z', atMs)).toBeNull();
    expect(readSpan('2026-03-01T11:00:00Z', undefined, atMs)).toEqual({ fromMs: atMs - 3_600_000, toMs: atMs });
    expect(readSpan('yesterday', 'now', atMs)).toBeNull();
  });

  it('is in whole minutes, for both drag directions, and at least two minutes long', () => {
    expect(zoomSpan(atMs + 3_600_400, atMs + 200)).toEqual({ fromMs: atMs, toMs: atMs + 3_600_000 });
    expect(zoomSpan(atMs, atMs + 60_000)).toEqual({ fromMs: atMs, toMs: atMs + 120_000 });
  });
});
