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
    pace.missed(0);
    expect([pace.unmeasured, pace.unmeasuredPerS]).toEqual([0, 0]);
    pace.missed(60);
    expect(pace.unmeasuredPerS).toBe(2);
    nowMs += 45_000;
    pace.missed(30);
    expect(pace.unmeasuredPerS).toBe(2);
    nowMs += 30_000;
    expect([pace.unmeasured, pace.unmeasuredPerS]).toEqual([90, 1]);
    nowMs += 100_000;
    expect([pace.unmeasured, pace.unmeasuredPerS]).toEqual([90, 0]);
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
