import { histogramBin, PAIR_HOUR_FLAG } from '@icmp-mon/probing/wire';
import { seeded } from '@icmp-mon/shard/engine/testing';
import { describe, expect, it } from 'vitest';
import { type Baseline, calculateBaseline, type HourOfPair, isOffLevel } from './calculate-baseline';
import { hourOf, type HourShape, HOUR_MS } from './hours.test-data';
import { RttSum } from './rtt-level';

const WINDOW = 8 * 24;
const USUAL: HourShape = { rttUs: 20_000 };

/** Runs the calculation after each hour, as the job does. */
function follow(shapes: readonly HourShape[], seed: number, afterEach?: (at: number, baseline: Baseline) => void) {
  const random = seeded(seed);
  const hours: HourOfPair[] = [];
  const shifts: number[] = [];
  let baseline: Baseline | null = null;
  for (const [at, shape] of shapes.entries()) {
    hours.push(hourOf(at, shape, random));
    const next = calculateBaseline(hours.slice(-WINDOW), baseline);
    if (next.shift !== null) shifts.push(at);
    baseline = next.baseline;
    if (baseline !== null) afterEach?.(at, baseline);
  }
  return { baseline, shifts, hours };
}

const repeated = (hours: number, shape: HourShape): HourShape[] => Array.from({ length: hours }, () => shape);
const binDistance = (aUs: number, bUs: number): number => Math.abs(histogramBin(aUs) - histogramBin(bUs));

describe('a baseline', () => {
  it('has median, spread, loss floor, mean run and samples of the latest 24 good hours', () => {
    const { baseline, shifts } = follow(repeated(30, { ...USUAL, lossShare: 0.01 }), 1);
    expect(baseline).toMatchObject({ samples: 24 * 240, hoursUsed: 24, fromMs: 6 * HOUR_MS, toMs: 29 * HOUR_MS });
    expect(binDistance(baseline!.medianUs, 20_000)).toBeLessThanOrEqual(1);
    expect(baseline!.spreadUs).toBe(Math.round(0.05 * baseline!.medianUs));
    expect(baseline!.lossFloorPpm).toBeGreaterThan(10_000);
    expect(baseline!.lossFloorPpm).toBeLessThan(16_000);
    expect(baseline!.meanRunCenti).toBeGreaterThanOrEqual(100);
    expect(shifts).toEqual([]);
  });

  it('has a spread of at least 0.5 ms, and a loss floor of at least 0.5 %', () => {
    const { baseline } = follow(repeated(3, { rttUs: 1_000, jitterUs: 10 }), 2);
    expect(baseline).toMatchObject({ spreadUs: 500, lossFloorPpm: 5_000, meanRunCenti: 100, hoursUsed: 3 });
  });

  it('needs 24 rounds', () => {
    const hour = hourOf(0, USUAL, seeded(1));
    expect(calculateBaseline([{ ...hour, sent: 23 }], null)).toEqual({ baseline: null, shift: null });
    expect(calculateBaseline([], null)).toEqual({ baseline: null, shift: null });
  });

  it('leaves out hours with a flag, off the level, and with unusual loss, and counts them', () => {
    const shapes = [
      ...repeated(26, USUAL),
      ...repeated(2, { ...USUAL, flags: PAIR_HOUR_FLAG.maintenance }),
      { ...USUAL, flags: PAIR_HOUR_FLAG.isolated },
      ...repeated(3, { ...USUAL, lossShare: 1 }),
      ...repeated(4, { rttUs: 40_000 }),
      { ...USUAL, lossShare: 0.3 },
    ];
    const { baseline } = follow(shapes, 3);
    expect(baseline?.leftOut).toEqual({ outage: 3, maintenance: 2, isolated: 1, offLevel: 4, lossy: 1 });
    expect(baseline?.toMs).toBe(25 * HOUR_MS);
  });

  it('stays when fewer than 6 good hours are left', () => {
    const before = follow(repeated(30, USUAL), 4).baseline;
    const random = seeded(5);
    const outage = Array.from({ length: WINDOW - 5 }, (_, at) => hourOf(40 + at, { ...USUAL, lossShare: 1 }, random));
    const good = Array.from({ length: 5 }, (_, at) => hourOf(300 + at, { rttUs: 21_000 }, random));
    const after = calculateBaseline([...outage, ...good], before).baseline;
    expect(after).toEqual({ ...before, isKept: true, leftOut: { ...before!.leftOut, outage: WINDOW - 5 } });
    good.push(hourOf(305, { rttUs: 21_000 }, random));
    expect(calculateBaseline([...outage, ...good], before).baseline).toMatchObject({ hoursUsed: 6 });
  });
});

describe('properties of baselines', () => {
  it.each([
    ['without replies', { rttUs: 20_000, lossShare: 1 }],
    ['with 90 % loss', { rttUs: 20_000, lossShare: 0.9 }],
    ['with 30 % loss and 200 ms', { rttUs: 200_000, jitterUs: 90_000, lossShare: 0.3 }],
    ['with 26 ms', { rttUs: 26_000, jitterUs: 900 }],
  ])('an outage of 6 hours %s moves the median by at most one bin', (_, outage: HourShape) => {
    for (let seed = 1; seed <= 20; seed++) {
      const shapes = [...repeated(30, USUAL), ...repeated(6, outage), ...repeated(40, USUAL)];
      let before = 0;
      const { shifts } = follow(shapes, seed, (at, { medianUs }) => {
        if (at === 29) before = medianUs;
        if (at > 29) expect(binDistance(medianUs, before)).toBeLessThanOrEqual(1);
      });
      expect(shifts).toEqual([]);
    }
  });

  it('a drift of 1 ms per day never alarms, and is not a shift', () => {
    const shapes = Array.from({ length: 60 * 24 }, (_, at) => ({ rttUs: 20_000 + (at * 1_000) / 24, jitterUs: 400 }));
    let former: Baseline | null = null;
    const hour = new RttSum();
    const random = seeded(7);
    const { baseline, shifts } = follow(shapes, 6, (at, next) => {
      hour.clear();
      hour.addHistogram(hourOf(at, shapes[at], random).histogram);
      if (former !== null) expect(isOffLevel(hour.quantileUs(0.5), former)).toBe(false);
      former = next;
    });
    expect(shifts).toEqual([]);
    expect(baseline!.medianUs).toBeGreaterThan(78_000);
  });

  it('the order in which hours are merged does not matter, byte for byte', () => {
    const random = seeded(8);
    const hours = Array.from({ length: 60 }, (_, at) =>
      hourOf(at, { rttUs: 15_000 + random() * 20_000, jitterUs: random() * 9_000, lossShare: random() * 0.2 }, random),
    );
    const former = calculateBaseline(hours.slice(0, 30), null).baseline;
    const expected = JSON.stringify(calculateBaseline(hours, former));
    for (let time = 0; time < 100; time++) {
      const shuffled = hours
        .map((hour) => ({ hour, at: random() }))
        .sort((a, b) => a.at - b.at)
        .map(({ hour }) => hour);
      expect(JSON.stringify(calculateBaseline(shuffled, former))).toBe(expected);
    }
  });
});

describe('a level shift', () => {
  it.each([
    ['up', 32_000],
    ['down', 9_000],
  ])('%s is adopted after 24 hours in a narrow band', (_, rttUs) => {
    const { baseline, shifts } = follow([...repeated(40, USUAL), ...repeated(60, { rttUs })], 9);
    expect(shifts).toEqual([63]);
    expect(binDistance(baseline!.medianUs, rttUs)).toBeLessThanOrEqual(1);
  });

  it('names both levels and the first hour', () => {
    const { hours } = follow([...repeated(40, USUAL), ...repeated(24, { rttUs: 32_000 })], 10);
    const former = calculateBaseline(hours.slice(0, 40), null).baseline;
    const { shift } = calculateBaseline(hours, former);
    expect(shift).toMatchObject({ sinceMs: 40 * HOUR_MS, before: { spreadUs: former!.spreadUs } });
    expect(binDistance(shift!.after.medianUs, 32_000)).toBeLessThanOrEqual(1);
  });

  it('is not adopted while times vary widely, after an interruption only when it has lasted 24 hours', () => {
    const wide = follow([...repeated(40, USUAL), ...repeated(60, { rttUs: 60_000, jitterUs: 30_000 })], 11);
    expect(wide.shifts).toEqual([]);
    expect(binDistance(wide.baseline!.medianUs, 20_000)).toBeLessThanOrEqual(1);
    const up = { rttUs: 32_000 };
    const interrupted = follow([...repeated(40, USUAL), ...repeated(20, up), USUAL, ...repeated(30, up)], 12);
    expect(interrupted.shifts).toEqual([84]);
  });
});
