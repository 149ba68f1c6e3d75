import { describe, expect, it } from 'vitest';
import { LONG_TIME_RANGES, rangeMs, readSpan, readTimeRange, zoomSpan } from './time-range';

describe('time range', () => {
  it('keeps a range it knows and falls back on others', () => {
    expect(readTimeRange('24h', '6h')).toBe('24h');
    expect(readTimeRange('5y', '6h')).toBe('6h');
    expect(readTimeRange(undefined, '1h')).toBe('1h');
    expect(rangeMs('15m')).toBe(900_000);
  });

  it('offers long ranges where they are asked for', () => {
    expect(readTimeRange('1y', '6h')).toBe('6h');
    expect(readTimeRange('1y', '6h', LONG_TIME_RANGES)).toBe('1y');
    expect(rangeMs('1y')).toBe(365 * 86_400_000);
  });
});

describe('a span chosen in a chart', () => {
  const atMs = Date.parse('2026-03-01T12:00:00Z');

  it('is read from the address, unless it is none', () => {
    expect(readSpan('2026-03-01T12:00:00Z', '2026-03-01T13:00:00Z')).toEqual({ fromMs: atMs, toMs: atMs + 3_600_000 });
    expect(readSpan('2026-03-01T13:00:00Z', '2026-03-01T12:00:00Z')).toBeNull();
    expect(readSpan(undefined, '2026-03-01T12:00:00Z')).toBeNull();
    expect(readSpan('yesterday', 'now')).toBeNull();
  });

  it('is whole minutes, in whichever direction it was dragged, and at least half an hour', () => {
    expect(zoomSpan(atMs + 3_600_400, atMs + 200)).toEqual({ fromMs: atMs, toMs: atMs + 3_600_000 });
    expect(zoomSpan(atMs, atMs + 60_000)).toEqual({ fromMs: atMs - 840_000, toMs: atMs + 960_000 });
  });
});
