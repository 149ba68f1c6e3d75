import { readConfig } from '@icmp-mon/platform/config';
import { describe, expect, it } from 'vitest';
import { DEFAULT_THRESHOLDS, grade, thresholds } from './thresholds';

describe('grade', () => {
  it.each([
    [19, 'ok'],
    [20, 'attention'],
    [60, 'bad'],
    [Infinity, 'bad'],
    [null, 'ok'],
  ] as const)('grades %s s by the thresholds 20 and 60 as %s', (value, state) => {
    expect(grade(value, { attention: 20, bad: 60 })).toBe(state);
  });

  it.each([
    [15, 'ok'],
    [14, 'attention'],
    [3, 'bad'],
  ] as const)('grades %s days until full by the thresholds 14 and 3 as %s: fewer are worse', (value, state) => {
    expect(grade(value, { attention: 14, bad: 3 })).toBe(state);
  });
});

describe('the setting of the thresholds', () => {
  const read = (env: Record<string, string>) => readConfig({ thresholds: thresholds('LIMITS') }, env).thresholds;

  it('overrides single defaults', () => {
    expect(read({})).toEqual(DEFAULT_THRESHOLDS);
    expect(read({ LIMITS: 'freshnessS=5:10, diskFullDays=30:7.5' })).toEqual({
      ...DEFAULT_THRESHOLDS,
      freshnessS: { attention: 5, bad: 10 },
      diskFullDays: { attention: 30, bad: 7.5 },
    });
  });

  it.each(['freshness=5:10', 'freshnessS=5'])('refuses %s', (LIMITS) => {
    expect(() => read({ LIMITS })).toThrow('LIMITS');
  });
});
