import { expect, it } from 'vitest';
import { isLossy, lossFloorPpm } from './loss-floor';

it('is the upper Wilson bound of 95 % on one side, between 0.5 % and 50 %', () => {
  // Values of the formula with z = 1.6448536.
  expect(lossFloorPpm({ sent: 1_000, lost: 20, meanRun: 1 })).toBeCloseTo(28_636, -2);
  expect(lossFloorPpm({ sent: 240, lost: 0, meanRun: 1 })).toBeCloseTo(11_148, -2);
  expect(lossFloorPpm({ sent: 5_760, lost: 0, meanRun: 1 })).toBe(5_000);
  expect(lossFloorPpm({ sent: 100, lost: 99, meanRun: 1 })).toBe(500_000);
  expect(lossFloorPpm({ sent: 0, lost: 0, meanRun: 1 })).toBe(500_000);
});

it('is higher where losses come in runs, because there are fewer of them', () => {
  const alone = lossFloorPpm({ sent: 1_000, lost: 20, meanRun: 1 });
  expect(lossFloorPpm({ sent: 1_000, lost: 20, meanRun: 4 })).toBeGreaterThan(alone);
});

it('calls losses unusual only if chance does not explain them', () => {
  expect(isLossy({ sent: 240, lost: 0, meanRun: 1 }, 5_000)).toBe(false);
  expect(isLossy({ sent: 240, lost: 6, meanRun: 1 }, 5_000)).toBe(false);
  expect(isLossy({ sent: 240, lost: 60, meanRun: 1 }, 5_000)).toBe(true);
  expect(isLossy({ sent: 240, lost: 20, meanRun: 20 }, 5_000)).toBe(false);
  expect(isLossy({ sent: 240, lost: 240, meanRun: 1 }, 5_000)).toBe(true);
});
