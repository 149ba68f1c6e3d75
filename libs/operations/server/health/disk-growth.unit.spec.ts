import { describe, expect, it } from 'vitest';
import { type DiskHour, FORECAST_SPAN_S_MIN, growthOf } from './disk-growth';

const GIB = 2 ** 30;
const hours = (count: number, usedAt: (hour: number) => number): DiskHour[] =>
  Array.from({ length: count }, (_, hour) => ({ at_s: hour * 3_600, used: usedAt(hour) }));

describe('the growth of a disk', () => {
  it('is unknown before six hours of samples, regardless of how steep the first minutes are', () => {
    const steep = hours(6, (hour) => hour * 20 * GIB);
    expect(growthOf(steep.slice(0, 1), 1_200)).toEqual({ bytesPerDay: null, spanS: 1_200 });
    expect(growthOf(steep, FORECAST_SPAN_S_MIN - 1).bytesPerDay).toBeNull();
    expect(growthOf(steep, FORECAST_SPAN_S_MIN).bytesPerDay).toBe(480 * GIB);
  });

  it('is unknown from samples of a few hours far apart, as after a pause', () => {
    expect(
      growthOf(
        [
          { at_s: 0, used: 0 },
          { at_s: 12 * 3_600, used: GIB },
        ],
        12 * 3_600,
      ).bytesPerDay,
    ).toBeNull();
  });

  it('is the growth of most hours, regardless of one large file', () => {
    const steady = (hour: number): number => hour * GIB;
    const growth = (usedAt: (hour: number) => number) => growthOf(hours(24, usedAt), 86_400).bytesPerDay;
    expect(growth(steady)).toBe(24 * GIB);
    expect(growth((hour) => steady(hour) + (hour === 20 ? 300 * GIB : 0))).toBe(24 * GIB);
    expect(growth((hour) => (hour >= 20 ? 300 * GIB : 0))).toBe(0);
  });
});
