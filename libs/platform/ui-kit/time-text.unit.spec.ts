import { describe, expect, it } from 'vitest';
import { ageText, clockText, durationText } from './time-text';

describe('durationText', () => {
  it.each([
    [-5, '0.0 s'],
    [849, '0.8 s'],
    [42_999, '42 s'],
    [12 * 60_000, '12 min'],
    [(3 * 60 + 5) * 60_000, '3 h 05 min'],
    [(2 * 24 + 4) * 3_600_000, '2 d 4 h'],
  ])('%i ms is %s', (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });
});

describe('ageText', () => {
  it('is in whole seconds, never in the future, and a dash without an instant', () => {
    const now = Date.parse('2026-03-01T12:00:10.900Z');
    expect(ageText('2026-03-01T12:00:04.000Z', now)).toBe('6 s');
    expect(ageText('2026-03-01T12:00:20.000Z', now)).toBe('0 s');
    expect(ageText(null, now)).toBe('–');
  });
});

describe('clockText', () => {
  it('is the reader’s wall clock', () => {
    expect(clockText(new Date(2026, 2, 1, 9, 3, 4).getTime())).toBe('09:03:04');
  });
});
