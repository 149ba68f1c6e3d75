import { describe, expect, it } from 'vitest';
import { perSecondToTarget, tracePace } from './trace-pace';

describe('the pace of a trace', () => {
  it('has longer intervals where the policy file allows few packets', () => {
    const intervalsS = [10_000, 30, 29, 5, 3, 2].map((perSecond) => {
      return tracePace(30, { perSecond, perSecondToTarget: 1_000 })?.intervalS ?? null;
    });
    expect(intervalsS).toEqual([1, 1, 2, 6, 10, null]);
  });

  it.each([
    [1_000, { intervalS: 1, unknownHops: 12 }],
    [14, { intervalS: 1, unknownHops: 12 }],
    [10, { intervalS: 1, unknownHops: 8 }],
    [10 - 3 * (1 / 3) * 3, { intervalS: 1, unknownHops: 5 }],
    [6.9, { intervalS: 2, unknownHops: 11 }],
    [1, { intervalS: 7, unknownHops: 5 }],
    [0.7, { intervalS: 10, unknownHops: 5 }],
    [0.69, null],
    [0, null],
    [-1, null],
  ])('gives up a silent target earlier, or traces slower, where it may get %s packets per second', (toTarget, pace) => {
    const found = tracePace(30, { perSecond: 10_000, perSecondToTarget: toTarget });
    expect(found).toEqual(pace);
    if (found !== null) expect(perSecondToTarget(found)).toBeLessThanOrEqual(toTarget + 0.001);
  });
});
