import { describe, expect, it } from 'vitest';
import { rangeMs, readTimeRange } from './time-range';

describe('time range', () => {
  it('keeps a range it knows and falls back on others', () => {
    expect(readTimeRange('24h', '6h')).toBe('24h');
    expect(readTimeRange('5y', '6h')).toBe('6h');
    expect(readTimeRange(undefined, '1h')).toBe('1h');
    expect(rangeMs('15m')).toBe(900_000);
  });
});
