import { afterEach, describe, expect, it, vi } from 'vitest';
import { DatabaseClock } from './database-clock';

const START_MS = Date.UTC(2026, 0, 1);
const HOUR_MS = 3_600_000;

describe("the database's clock", () => {
  afterEach(() => vi.useRealTimers());

  /** Returns a clock over a database whose time is `databaseMs`, in a process whose monotonic clock is at `monotonicMs`. */
  function scene(): { clock: DatabaseClock; at: { monotonicMs: number; databaseMs: number; away: boolean } } {
    const at = { monotonicMs: 5_000, databaseMs: START_MS, away: false };
    const sql = {
      query: async <T extends object>(): Promise<T[]> => {
        if (at.away) throw new Error('away');
        return [{ at_ms: at.databaseMs }] as unknown as T[];
      },
    };
    return { at, clock: new DatabaseClock(sql, undefined, () => at.monotonicMs) };
  }

  it('does not change when the wall clock is set', async () => {
    const { clock, at } = scene();
    await clock.readClock();
    vi.useFakeTimers({ toFake: ['Date'], now: START_MS + 50 * 60_000 });
    at.monotonicMs += 7_000;
    expect(clock.nowMs()).toBe(START_MS + 7_000);
    expect(clock.aheadMs).toBe(50 * 60_000 - 7_000);
  });

  it('continues while the database is unavailable, and is the wall clock until the first answer', async () => {
    const { clock, at } = scene();
    vi.useFakeTimers({ toFake: ['Date'], now: START_MS + HOUR_MS });
    expect(clock.nowMs()).toBe(START_MS + HOUR_MS);
    expect(clock.aheadMs).toBeNull();
    await clock.readClock();
    at.away = true;
    at.monotonicMs += HOUR_MS;
    await clock.readClock();
    expect(clock.nowMs()).toBe(START_MS + HOUR_MS);
  });

  it('follows a database clock that was set as soon as a second reading confirms it', async () => {
    const { clock, at } = scene();
    await clock.readClock();
    at.databaseMs += HOUR_MS;
    await clock.readClock();
    expect(clock.nowMs()).toBe(START_MS);
    await clock.readClock();
    expect(clock.nowMs()).toBe(START_MS + HOUR_MS);
    // A single wrong answer does not mean that the clock was set.
    at.databaseMs += HOUR_MS;
    await clock.readClock();
    at.databaseMs -= HOUR_MS;
    await clock.readClock();
    await clock.readClock();
    expect(clock.nowMs()).toBe(START_MS + HOUR_MS);
  });
});
