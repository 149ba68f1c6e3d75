import { describe, expect, it } from 'vitest';
import { RunningSlice } from './running-slice';
import type { ScheduledTarget } from './schedule';
import { freshLimits, nextSlice, sendingTimeMs, waitUntilMs } from './slice-order';

const WALL_MS = 1_795_000_000_000;
const SLICE_MS = 5_000;
const TARGETS = 1_000;
const SPACING_MS = SLICE_MS / TARGETS;

const TIMEOUT_MS = 1_000;
let nowMs = 0;

const slice = (dueAtMs = 0, sliceMs = SLICE_MS, beganLateMs = 0): RunningSlice =>
  new RunningSlice(
    {
      ...{
        sliceMs,
        dueAtMs,
        beganMs: dueAtMs + beganLateMs,
        beganLateMs,
        targets: TARGETS,
        spacingMs: SPACING_MS,
        timeoutMs: TIMEOUT_MS,
      },
      ...{ sendingMs: TARGETS * SPACING_MS, perSecond: 1_000 / SPACING_MS },
    },
    () => nowMs,
  );

/** Reports results up to target number `index` of a process that sends every `spacingMs`, after `startMs`. */
const sendUpTo = (running: RunningSlice, index: number, spacingMs: number, startMs = 80): void => {
  for (let at = 0; at <= index; at += 10) {
    nowMs = running.plan.beganMs + startMs + at * spacingMs;
    running.noteResult(at, WALL_MS + nowMs);
  }
};

describe('a running slice', () => {
  it('sends until its planned end if it is in time, regardless of how long the process needs to begin', () => {
    const running = slice();
    expect(running.untilMs).toBe(SLICE_MS);
    sendUpTo(running, 990, SPACING_MS, 400);
    expect(running.untilMs).toBe(SLICE_MS);
    const early = slice();
    sendUpTo(early, 990, SPACING_MS * 0.9);
    expect(early.untilMs).toBe(SLICE_MS);
  });

  it('sends for longer if results show that it is slower than planned', () => {
    const running = slice();
    sendUpTo(running, 500, SPACING_MS * 1.2);
    expect(running.untilMs).toBe(SLICE_MS * 1.1);
    sendUpTo(running, 990, SPACING_MS * 1.2);
    expect(running.untilMs).toBeCloseTo(SLICE_MS * 1.198, 6);
  });

  it('sends for longer while results are missing for longer than a timeout', () => {
    const running = slice();
    sendUpTo(running, 500, SPACING_MS);
    nowMs += TIMEOUT_MS + 505;
    expect(running.untilMs).toBe(SLICE_MS);
    nowMs += 3_000;
    expect(running.untilMs).toBe(SLICE_MS + 3_000);
    const whole = slice();
    whole.noteResult(0, WALL_MS);
    whole.noteResult(TARGETS - 1, WALL_MS + (TARGETS - 1) * SPACING_MS);
    nowMs += 60_000;
    expect(whole.untilMs).toBe(SLICE_MS);
    expect(slice().untilMs).toBe(SLICE_MS);
  });

  it('ends when its process does, and does not send forever after the clock was set', () => {
    nowMs = 0;
    const after = slice();
    after.noteResult(0, WALL_MS);
    after.noteResult(10, WALL_MS + 3_600_000);
    expect(after.untilMs).toBe(5 * SLICE_MS);
    after.endSlice();
    expect(after.untilMs).toBe(-Infinity);
    const before = slice();
    before.noteResult(0, WALL_MS);
    before.noteResult(10, WALL_MS - 3_600_000);
    expect(before.untilMs).toBe(SLICE_MS);
  });
});

describe('a slice that is due', () => {
  const due = { sliceMs: SLICE_MS, dueAtMs: SLICE_MS };

  it('waits for the one before of its length while that one is late, at most a fifth of its length', () => {
    const [inTime, late, veryLate] = [slice(), slice(), slice()];
    sendUpTo(inTime, 990, SPACING_MS);
    sendUpTo(veryLate, 500, SPACING_MS * 4);
    sendUpTo(late, 990, SPACING_MS * 1.04);
    expect(waitUntilMs(due, [])).toBe(-Infinity);
    expect(waitUntilMs(due, [inTime])).toBe(SLICE_MS);
    expect(waitUntilMs(due, [inTime, late])).toBeCloseTo(SLICE_MS * 1.0396, 6);
    expect(waitUntilMs(due, [slice(0, SLICE_MS, 700)])).toBe(SLICE_MS + 700);
    expect(waitUntilMs(due, [veryLate, late])).toBe(SLICE_MS * 1.2);
    expect(waitUntilMs({ sliceMs: 1_000, dueAtMs: SLICE_MS }, [late])).toBe(-Infinity);
    expect(waitUntilMs({ ...due, dueAtMs: 0 }, [late])).toBe(-Infinity);
  });

  it('that began late sends faster, by a tenth at most', () => {
    expect([0, 100, 9_000, -1].map((lateMs) => sendingTimeMs(SLICE_MS, lateMs))).toEqual([5_000, 4_900, 4_550, 5_000]);
  });

  const target = (sliceMs: number, dueAtMs = SLICE_MS): ScheduledTarget => ({
    ...{ key: 1, ip: '10.0.0.1', check: 1, intervalMs: 15_000, timeoutMs: 1_000, sliceMs, slots: 3, phase: 0 },
    ...{ waiting: true, dueAtMs, lastOutcome: -1, misses: 0, removed: false, confirm: true, isConfirmedNext: false },
    definition: { check: 1, type: 'icmp_ping', expect: 'reachable' },
  });
  const runningOf = (...slices: RunningSlice[]): Map<RunningSlice, null> => new Map(slices.map((each) => [each, null]));

  it('has targets with slices of the same length only, until executors are scarce', () => {
    const waiting = [target(SLICE_MS), target(1_000)];
    const options = { parallelMax: 6, mayWait: true, nowMs: SLICE_MS, later: new Map<number, number>() };
    const others = [0, 0, 0, 0, 0, 0].map(() => slice(SLICE_MS));
    expect(nextSlice(waiting, runningOf(), options)).toMatchObject({
      sliceMs: SLICE_MS,
      only: waiting[0],
    });
    expect(nextSlice(waiting, runningOf(...others.slice(0, 4)), options)).toMatchObject({
      sliceMs: 1_000,
      only: null,
    });
    expect(nextSlice(waiting, runningOf(...others), options)).toBeUndefined();
    expect(options.later.size).toBe(0);
  });

  it('lets slices of other lengths pass while it waits', () => {
    const late = slice();
    sendUpTo(late, 990, SPACING_MS * 1.04);
    const options = { parallelMax: 6, mayWait: true, nowMs: SLICE_MS + 50, later: new Map<number, number>() };
    const waiting = [target(SLICE_MS), target(SLICE_MS), target(1_000)];
    expect(nextSlice(waiting, runningOf(late), options)).toMatchObject({ sliceMs: 1_000 });
    expect(nextSlice(waiting.slice(0, 2), runningOf(late), options)).toBeUndefined();
    expect([...options.later.keys()]).toEqual([SLICE_MS]);
    const without = { ...options, mayWait: false, later: new Map<number, number>() };
    expect(nextSlice(waiting, runningOf(late), without)).toMatchObject({ sliceMs: SLICE_MS });
  });
});

it('begins at least 50 new targets per second, at most 10 ms apart', () => {
  expect(freshLimits(3)).toEqual({ countMax: 50, sliceMs: 1_000, spacingMs: 10, only: null });
  expect(freshLimits(1_999.5)).toMatchObject({ countMax: 2_000, spacingMs: 0.5 });
});
