import { encodeDisbelief, OUTCOME } from '@icmp-mon/probing/contract';
import { beforeEach, describe, expect, it } from 'vitest';
import { Pace } from './pace';

describe('the pace', () => {
  let nowMs: number;
  let warned: string[];
  let pace: Pace;

  beforeEach(() => {
    nowMs = 1_000;
    warned = [];
    const quiet = (): void => undefined;
    const warn = (_fields: object, message: string): unknown => warned.push(message);
    pace = new Pace({ debug: quiet, info: quiet, warn, error: quiet }, () => nowMs);
  });

  it('reports the longest delay of the last minute, and then forgets it', () => {
    pace.wasLate(40);
    pace.wasLate(700);
    pace.wasLate(-3);
    expect(pace.lateMs).toBe(700);
    nowMs += 40_000;
    pace.wasLate(20);
    expect(pace.lateMs).toBe(700);
    nowMs += 40_000;
    expect(pace.lateMs).toBe(20);
    nowMs += 100_000;
    expect(pace.lateMs).toBe(0);
  });

  it('counts due probes without a result, in total and per second', () => {
    pace.missed(0, 'paused');
    expect([pace.unmeasured, pace.unmeasuredPerS]).toEqual([0, 0]);
    pace.missed(60, 'paused');
    expect(pace.unmeasuredPerS).toBe(2);
    nowMs += 45_000;
    pace.missed(30, 'foreign_reply');
    expect(pace.unmeasuredPerS).toBe(2);
    expect(pace.unmeasuredBy).toEqual({ paused: 60, foreign_reply: 30 });
    nowMs += 30_000;
    expect([pace.unmeasured, pace.unmeasuredPerS]).toEqual([90, 1]);
    nowMs += 100_000;
    expect([pace.unmeasured, pace.unmeasuredPerS]).toEqual([90, 0]);
  });

  it('attributes the targets of a slice without a result to what its executor reports, and no target twice', () => {
    const rows: unknown[] = [];
    const sliceOf = (targets: number) =>
      pace.beginSlice(
        Array.from({ length: targets }, (_, index) => index),
        (...row) => rows.push(row),
      );
    const slice = sliceOf(10);
    slice.results = 4;
    for (let index = 0; index < 5; index++) slice.noData(index, 7, 'foreign_reply');
    slice.endSlice(true);
    expect(pace.unmeasuredBy).toEqual({ foreign_reply: 5, unknown: 1 });
    const failed = sliceOf(3);
    failed.noData(2, 8, 'deaf');
    failed.endSlice(false);
    expect(pace.unmeasuredBy).toEqual({ foreign_reply: 5, unknown: 1, deaf: 1, executor_failed: 2 });
    const complete = sliceOf(2);
    complete.results = 2;
    complete.endSlice(true);
    expect(pace.unmeasured).toBe(9);
    expect(rows).toHaveLength(6);
    expect(rows.at(-1)).toEqual([2, 8, OUTCOME.error, 0, encodeDisbelief('deaf')]);
  });

  it('distinguishes a round that waits for the policy file from one for which the agent is too slow', () => {
    pace.missedRound(nowMs + 1);
    pace.missedRound(nowMs);
    pace.missedRound(-Infinity);
    expect(pace.unmeasuredBy).toEqual({ policy_rate: 1, too_slow: 2 });
  });

  it('warns of a delay of a second or more, once per minute', () => {
    pace.wasLate(999);
    expect(warned).toEqual([]);
    pace.wasLate(1_000);
    pace.wasLate(5_000);
    expect(warned).toHaveLength(1);
    nowMs += 60_000;
    pace.wasLate(1_000);
    expect(warned).toHaveLength(2);
  });
});
