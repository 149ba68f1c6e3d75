import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { latencyLimits, medianOfThree, NO_LIMIT_US, tierLatencyLimits } from './latency-rule';

describe('the limits of round trips', () => {
  it.each([
    ['four spreads above a median that varies', 40_000, 3_000, 52_000, 46_000],
    ['a fifth above a long median', 200_000, 5_000, 240_000, 210_000],
    ['5 ms above a short median', 1_000, 500, 6_000, 2_000],
  ])('are %s', (_name, medianUs, spreadUs, slowAboveUs, calmBelowUs) => {
    expect(latencyLimits({ medianUs, spreadUs })).toEqual({ slowAboveUs, calmBelowUs });
  });

  it('detect a step of 10 ms wherever the median is at most 40 ms and the spread at its floor', () => {
    for (let medianUs = 100; medianUs <= 40_000; medianUs += 100) {
      const spreadUs = Math.max(Math.ceil(medianUs / 20), 500);
      expect(latencyLimits({ medianUs, spreadUs }).slowAboveUs, `${medianUs} µs`).toBeLessThan(medianUs + 10_000);
    }
  });

  it('are those of the tier where nothing is known, or none', () => {
    expect(tierLatencyLimits(100)).toEqual({ slowAboveUs: 100_000, calmBelowUs: 90_000 });
    expect(tierLatencyLimits(null)).toEqual({ slowAboveUs: NO_LIMIT_US, calmBelowUs: NO_LIMIT_US });
    expect(tierLatencyLimits(undefined)).toEqual(tierLatencyLimits(null));
    expect(tierLatencyLimits(0xffff_ffff).slowAboveUs).toBe(NO_LIMIT_US);
  });
});

describe('the median of three', () => {
  it('is the middle one', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.nat(), (a, b, c) => {
        expect(medianOfThree(a, b, c)).toBe([a, b, c].sort((one, other) => one - other)[1]);
      }),
    );
  });
});
