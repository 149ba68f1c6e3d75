import { TRACE_SETTINGS, type TraceSettings } from '@icmp-mon/agents/contract';
import { beforeEach, describe, expect, it } from 'vitest';
import { type DueTrace, TraceSchedule } from './trace-schedule';
import type { TraceTarget } from './trace-targets';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const START_MS = 20_000 * DAY_MS + 5 * HOUR_MS;
/** Packets of a trace over 12 hops. */
const PACKETS = 120;

let nowMs = START_MS;
let settings: TraceSettings;
let schedule: TraceSchedule;

beforeEach(() => {
  nowMs = START_MS;
  settings = { ...TRACE_SETTINGS };
  schedule = new TraceSchedule(() => settings, nowMs);
});

const targetsOf = (count: number, ipOf = (key: number) => `10.${key >> 16}.${(key >> 8) & 255}.${key & 255}`) =>
  Array.from({ length: count }, (_, at): TraceTarget => ({ key: at + 1, ip: ipOf(at + 1), check: 1, missesToFail: 3 }));

function results(keys: Iterable<number>, isMiss: boolean, times = 1): void {
  for (const key of keys) for (let at = 0; at < times; at++) schedule.recordResult(key, 1, isMiss, nowMs);
}

/** Asks for traces as the agent does, each ending immediately; returns the traces of this time. */
function run(forMs: number, stepMs: number, packets = PACKETS): (DueTrace & { atMs: number })[] {
  const made: (DueTrace & { atMs: number })[] = [];
  for (const untilMs = nowMs + forMs; nowMs < untilMs; nowMs += stepMs) {
    for (let due = next(); due !== null; due = next()) {
      made.push({ ...due, atMs: nowMs });
      schedule.endTrace(packets);
    }
  }
  return made;
}

const next = (running = 0): DueTrace | null =>
  schedule.nextTrace(nowMs, { isAllowed: true, repliedAtMs: nowMs, running });
const keysTo = (count: number): number[] => Array.from({ length: count }, (_, at) => at + 1);

describe('the daily trace', () => {
  it('is made once per day of each target that answers, at the same time each day, spread over the day', () => {
    const all = targetsOf(200);
    schedule.replaceTargets(all, 1_000, nowMs);
    results(keysTo(199), false);
    results([200], true);
    const first = run(DAY_MS, MINUTE_MS);
    const second = run(DAY_MS, MINUTE_MS);
    expect(first.map(({ key }) => key).sort((a, b) => a - b)).toEqual(keysTo(199));
    for (const { key, atMs, cause } of second) {
      expect(cause).toBe('schedule');
      expect(atMs - DAY_MS - (first.find((each) => each.key === key)?.atMs ?? 0)).toBe(0);
    }
    const hours = Map.groupBy(first, ({ atMs }) => Math.floor((atMs - START_MS) / HOUR_MS));
    expect(hours.size).toBe(24);
    for (const made of hours.values()) expect(made.length).toBeLessThanOrEqual(12);
  });

  it('of a target that is assigned later does not wait for its time of day', () => {
    schedule.replaceTargets(targetsOf(1), 1_000, nowMs);
    schedule.replaceTargets(targetsOf(2), 1_000, nowMs);
    results([2], false);
    expect(next()).toMatchObject({ key: 2, cause: 'schedule' });
    expect(next()).toBeNull();
  });

  it('is not made again because the targets are replaced, and not of one that was removed', () => {
    schedule.replaceTargets([], 1_000, nowMs);
    schedule.replaceTargets(targetsOf(2), 1_000, nowMs);
    results([1, 2], false);
    schedule.replaceTargets(targetsOf(1), 1_000, nowMs);
    expect(run(MINUTE_MS, 1_000).map(({ key }) => key)).toEqual([1]);
    schedule.replaceTargets(targetsOf(1), 1_000, nowMs);
    expect(run(MINUTE_MS, 1_000)).toEqual([]);
  });

  it('takes turns if the budget does not suffice, and the round is reported to take longer', () => {
    settings.intervalMs = HOUR_MS;
    schedule.replaceTargets([], 0, nowMs);
    schedule.replaceTargets(targetsOf(50), 100, nowMs);
    results(keysTo(50), false);
    const made = run(4 * HOUR_MS, 10_000);
    // 1 % of 100 packets per second is 30 traces per hour.
    expect(made.length).toBeGreaterThan(110);
    expect(made.length).toBeLessThan(130);
    const counts = [...Map.groupBy(made, ({ key }) => key).values()].map((each) => each.length);
    expect([Math.min(...counts), Math.max(...counts)]).toEqual([2, 3]);
    expect(schedule.roundDays).toBeCloseTo((50 / 30) * (1 / 24), 2);
  });

  it('stays within the share of the scheduled packets, with 100,000 targets', () => {
    schedule.replaceTargets([], 0, nowMs);
    schedule.replaceTargets(targetsOf(100_000), 3_333, nowMs);
    results(keysTo(100_000), false);
    const made = run(HOUR_MS, 500);
    const packets = made.length * PACKETS;
    expect(packets).toBeLessThanOrEqual(0.01 * 3_333 * 3_600 + 1_200);
    expect(packets).toBeGreaterThan(0.95 * 0.01 * 3_333 * 3_600);
    expect(new Set(made.map(({ key }) => key)).size).toBe(made.length);
    // Two at a time, and a trace takes 12 s.
    expect(schedule.roundDays).toBeCloseTo((100_000 * 12) / 2 / 86_400, 1);
  });

  it('is not made while automatic traces are off, or not allowed', () => {
    schedule.replaceTargets([], 0, nowMs);
    schedule.replaceTargets(targetsOf(1), 10, nowMs);
    results([1], false);
    expect(schedule.nextTrace(nowMs, { isAllowed: false, repliedAtMs: nowMs, running: 0 })).toBeNull();
    settings.isOn = false;
    expect(next()).toBeNull();
    expect(schedule.roundDays).toBeNull();
    settings.isOn = true;
    expect(next()).not.toBeNull();
  });
});

describe('a target that goes bad', () => {
  beforeEach(() => {
    schedule.replaceTargets(targetsOf(100), 100, nowMs);
    results(keysTo(100), false, 20);
  });

  it('is traced after the misses in a row of its tier, once', () => {
    results([7], true, 2);
    expect(next()).toBeNull();
    results([7], true);
    nowMs++;
    expect(next()).toMatchObject({ key: 7, ip: '10.0.0.7', cause: 'bad' });
    results([7], true, 30);
    expect(run(MINUTE_MS, 1_000)).toEqual([]);
  });

  it('is traced because of loss without misses in a row', () => {
    for (let at = 0; at < 5; at++) {
      results([7], true);
      results([7], false, 2);
    }
    nowMs++;
    expect(next()).toMatchObject({ key: 7, cause: 'bad' });
  });

  it('is traced before the daily ones, for which a part of the budget is not available', () => {
    run(DAY_MS, 10_000);
    schedule.replaceTargets(targetsOf(2_000), 100, nowMs);
    results(keysTo(2_000), false);
    run(MINUTE_MS, 1_000);
    results([7, 8], true, 3);
    nowMs++;
    expect([next()?.cause, next()?.cause]).toEqual(['bad', 'bad']);
  });

  it('is traced again after 15 min at the earliest', () => {
    const fail = (): void => {
      results([7], true, 3);
      nowMs++;
    };
    fail();
    expect(next()).not.toBeNull();
    results([7], false, 20);
    nowMs += 14 * MINUTE_MS;
    fail();
    expect(next()?.cause).not.toBe('bad');
    expect(schedule.dropped.recent).toBe(1);
    results([7], false, 20);
    nowMs += MINUTE_MS;
    fail();
    expect(next()).toMatchObject({ key: 7, cause: 'bad' });
  });

  it('is not traced if it replies again before its turn', () => {
    results([7], true, 3);
    results([7], false, 20);
    nowMs++;
    expect(next()).toBeNull();
    expect(schedule.dropped.recovered).toBe(1);
    expect(schedule.waitingTraces).toBe(0);
  });

  it('is never one that did not reply to this agent, nor one that only another check reports', () => {
    schedule.replaceTargets(targetsOf(101), 100, nowMs);
    results([101], true, 30);
    for (let at = 0; at < 30; at++) schedule.recordResult(7, 2, true, nowMs);
    nowMs++;
    expect(next()).toBeNull();
  });
});
