import { TRACE_SETTINGS } from '@icmp-mon/agents/contract';
import { beforeEach, describe, expect, it } from 'vitest';
import { type DueTrace, TraceSchedule } from './trace-schedule';
import type { TraceTarget } from './trace-targets';

const HOUR_MS = 3_600_000;
const KEYS = Array.from({ length: 100 }, (_, at) => at + 1);

describe('the turn of a target that went bad', () => {
  let nowMs: number;
  let schedule: TraceSchedule;

  const results = (keys: readonly number[], isMiss: boolean, times: number): void => {
    for (const key of keys) for (let at = 0; at < times; at++) schedule.recordResult(key, 1, isMiss, nowMs);
  };
  const next = (running = 0): DueTrace | null =>
    schedule.nextTrace(nowMs, { isAllowed: true, repliedAtMs: nowMs, running });

  beforeEach(() => {
    nowMs = 1_700_000_000_000;
    schedule = new TraceSchedule(() => TRACE_SETTINGS, nowMs);
    const targets = KEYS.map((key): TraceTarget => ({ key, ip: `10.0.0.${key}`, check: 1, missesToFail: 3 }));
    schedule.replaceTargets(targets, 100, nowMs);
    results(KEYS, false, 20);
  });

  it('comes again soon if its trace could not begin, unless it is good again', () => {
    results([7, 8], true, 3);
    nowMs++;
    const due = [next(), next()];
    results([8], false, 20);
    for (const each of due) if (each !== null) schedule.retryTrace(each, nowMs);
    nowMs++;
    expect(next()).toMatchObject({ key: 7, cause: 'bad' });
    expect(schedule.waitingTraces).toBe(0);
    expect(schedule.dropped).toEqual({ recent: 0, sample: 0, recovered: 1 });
  });

  it('comes while two daily traces run, but not as the fifth', () => {
    results([7, 8], true, 3);
    nowMs++;
    expect(next(4)).toBeNull();
    expect(next(3)?.cause).toBe('bad');
    nowMs += 12 * HOUR_MS;
    results([8], false, 20);
    expect(next(2)).toBeNull();
    expect(next(1)?.cause).toBe('schedule');
  });

  it('comes when another target has replied, or when an outage of the own line would have been noticed', () => {
    results([7], true, 3);
    const repliedAtMs = nowMs - 1_000;
    expect(schedule.nextTrace(nowMs + 6_000, { isAllowed: true, repliedAtMs, running: 0 })).toBeNull();
    expect(schedule.nextTrace(nowMs + 7_000, { isAllowed: true, repliedAtMs, running: 0 })).toMatchObject({ key: 7 });
  });
});
