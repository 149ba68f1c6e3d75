import type { PrintedResult } from '@icmp-mon/probing/wire';
import { describe, expect, it } from 'vitest';
import { matchResults } from './match-results';

const result = (second: number, change: Partial<PrintedResult> = {}): PrintedResult => ({
  at: new Date(1_790_000_000_000 + second * 1000).toISOString(),
  targetKey: 7,
  check: 1,
  outcome: 'reply',
  rttUs: 40,
  ...change,
});

describe('matchResults', () => {
  it('pairs results whose clocks differ slightly', () => {
    expect(matchResults([result(0), result(5)], [result(5.004), result(0.008)])).toEqual({ missing: [], surplus: [] });
  });

  it('reports missing and duplicate results', () => {
    const { missing, surplus } = matchResults([result(0), result(5)], [result(0), result(0.003)]);
    expect(missing).toEqual(['target 7, check 1, 2026-09-21T14:13:25.000Z: reply 40']);
    expect(surplus).toEqual(['target 7, check 1, 2026-09-21T14:13:20.003Z: reply 40']);
  });

  it('does not pair different results', () => {
    for (const change of [
      { targetKey: 8 },
      { check: 2 },
      { rttUs: 41 },
      { outcome: 'timeout', rttUs: null } as const,
    ]) {
      expect(matchResults([result(0)], [result(0, change)])).toMatchObject({ missing: [{}], surplus: [{}] });
    }
  });
});
