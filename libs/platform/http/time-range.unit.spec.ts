import { describe, expect, it } from 'vitest';
import { instantOf, rangeOf } from './time-range';

const NOW_MS = Date.parse('2026-11-18T11:06:40.000Z');

describe('an instant in a query', () => {
  it.each([
    ['now', NOW_MS],
    ['now-30s', NOW_MS - 30_000],
    ['now-5m', NOW_MS - 300_000],
    ['now-6h', NOW_MS - 6 * 3_600_000],
    ['now-2d', NOW_MS - 2 * 86_400_000],
    ['now-1w', NOW_MS - 7 * 86_400_000],
    ['2026-11-18', Date.parse('2026-11-18T00:00:00Z')],
    ['2026-11-18T11:00:00Z', Date.parse('2026-11-18T11:00:00Z')],
    ['2026-11-18T11:00:00.250Z', Date.parse('2026-11-18T11:00:00.250Z')],
    ['2026-11-18T13:00+02:00', Date.parse('2026-11-18T11:00:00Z')],
  ])('reads %s', (text, ms) => {
    expect(instantOf('from', text, NOW_MS)).toBe(ms);
  });

  it.each([
    '',
    'yesterday',
    'now+1h',
    'now-6y',
    'now-99999999w',
    '2026-11-18T11:00:00',
    '2026-13-01',
    '1700000000',
    '0.5',
    '2026-02-30',
    '2026-02-30T00:00:00Z',
    '2025-02-29T00:00:00Z',
    '2026-04-31',
    '2026-11-00',
    '2026-11-18T24:01:00Z',
    '2026-11-18T11:60:00Z',
    '2026-11-18T11:00:00+25:00',
  ])('refuses "%s" and names the accepted formats', (text) => {
    expect(() => instantOf('from', text, NOW_MS)).toThrow('from must be a time such as');
  });

  it('accepts 29 February in leap years', () => {
    expect(instantOf('from', '2028-02-29', NOW_MS)).toBe(Date.parse('2028-02-29T00:00:00Z'));
  });
});

describe('a range in a query', () => {
  it('ends now by default', () => {
    expect(rangeOf({ from: 'now-6h' }, { nowMs: NOW_MS })).toEqual({ fromMs: NOW_MS - 6 * 3_600_000, toMs: NOW_MS });
  });

  it('is refused when it is empty', () => {
    expect(() => rangeOf({ from: 'now', to: 'now' }, { nowMs: NOW_MS })).toThrow('from must be before to');
  });
});
