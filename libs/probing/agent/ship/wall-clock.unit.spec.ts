import { compress } from '@icmp-mon/platform/zstd';
import { OUTCOME } from '@icmp-mon/probing/contract';
import { describe, expect, it } from 'vitest';
import type { ScheduledTarget } from '../schedule/schedule';
import type { NewBlock } from '../spool/spooled-block';
import { ResultCollector } from './result-collector';
import { WallClock } from './wall-clock';

const START_MS = 1_795_000_000_000;
const HOUR_MS = 3_600_000;
const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** A collector whose wall clock is `aheadMs` ahead, on a machine that slept for `sleptMs` of the time. */
function scene(): {
  at: { trueMs: number; aheadMs: number; sleptMs: number; full: boolean };
  kept: NewBlock[];
  record: (sentAtMs: number) => void;
  collector: ResultCollector;
} {
  const at = { trueMs: START_MS, aheadMs: 0, sleptMs: 0, full: false };
  const kept: NewBlock[] = [];
  const clock = new WallClock(
    () => at.trueMs + at.aheadMs,
    () => at.trueMs - START_MS - at.sleptMs,
    () => at.trueMs - START_MS,
  );
  const keep = (blocks: NewBlock[]): void => {
    if (at.full) throw new Error('the disk is full');
    kept.push(...blocks);
  };
  const collector = new ResultCollector({ shardCount: 1, compress, keep, log, clock });
  const target = { key: 8, check: 1, intervalMs: 5_000, lastOutcome: -1, misses: 0 } as ScheduledTarget;
  return { at, kept, collector, record: (sentAtMs) => collector.record(target, sentAtMs, OUTCOME.reply, 900) };
}

const datesOf = (blocks: NewBlock[]): [number, number][] =>
  blocks.map(({ body, liveUntilMs }) => [body.baseTimeMs - START_MS, liveUntilMs - START_MS]);

describe('results collected while the wall clock is set', () => {
  it('are all dated by the present clock', () => {
    const { at, kept, record, collector } = scene();
    record(START_MS);
    at.trueMs += 200;
    at.aheadMs = 2 * HOUR_MS;
    record(START_MS + 100 + 2 * HOUR_MS);
    // Sent before the clock was set, reply after.
    record(START_MS + 150);
    collector.flush();
    expect(datesOf(kept)).toEqual([
      [2 * HOUR_MS, 2 * HOUR_MS + 11_000],
      [2 * HOUR_MS + 100, 2 * HOUR_MS + 11_100],
    ]);
  });

  it('and kept in memory because the spool fails are redated when it works again', () => {
    const { at, kept, record, collector } = scene();
    at.aheadMs = 2 * HOUR_MS;
    record(START_MS + 2 * HOUR_MS);
    at.full = true;
    collector.flush();
    at.trueMs += 60_000;
    at.aheadMs = 0;
    at.full = false;
    collector.flush();
    expect(datesOf(kept)).toEqual([[0, 11_000]]);
  });

  it('keep their times when the clock is not set', () => {
    const { at, kept, record, collector } = scene();
    record(START_MS - 30_000);
    at.trueMs += 100;
    record(START_MS);
    collector.flush();
    expect(datesOf(kept)).toEqual([[-30_000, -19_000]]);
  });
});

describe('results collected while the machine is suspended', () => {
  it('keep their times, and are not live hours later', () => {
    const { at, kept, record, collector } = scene();
    record(START_MS);
    at.trueMs += 8 * HOUR_MS + 100;
    at.sleptMs = 8 * HOUR_MS;
    // Sent before; its reply is read after.
    record(START_MS + 50);
    record(START_MS + 8 * HOUR_MS + 100);
    collector.flush();
    expect(datesOf(kept)).toEqual([[0, 11_000]]);
  });

  it('are dated by the current clock if it is also set', () => {
    const { at, kept, record, collector } = scene();
    record(START_MS);
    at.trueMs += 8 * HOUR_MS;
    at.sleptMs = 8 * HOUR_MS;
    collector.flush();
    record(at.trueMs);
    at.aheadMs = -2 * HOUR_MS;
    collector.flush();
    expect(datesOf(kept)).toEqual([
      [0, 11_000],
      [6 * HOUR_MS, 6 * HOUR_MS + 11_000],
    ]);
  });
});
