import { afterEach, describe, expect, it, vi } from 'vitest';
import { DatabaseClock } from './database-clock';

const START_MS = Date.UTC(2026, 0, 1);
const HOUR_MS = 3_600_000;

describe("the database's clock", () => {
  afterEach(() => vi.useRealTimers());

  /** A database whose clock reads `databaseMs`, in a process of which `monotonic` ms have passed. */
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

  it('is not moved by a wall clock that is set', async () => {
    const { clock, at } = scene();
    await clock.look();
    vi.useFakeTimers({ toFake: ['Date'], now: START_MS + 50 * 60_000 });
    at.monotonicMs += 7_000;
    expect(clock.nowMs()).toBe(START_MS + 7_000);
    expect(clock.aheadMs).toBe(50 * 60_000 - 7_000);
  });

  it('goes on while the database is away, and is the wall clock until it has answered', async () => {
    const { clock, at } = scene();
    vi.useFakeTimers({ toFake: ['Date'], now: START_MS + HOUR_MS });
    expect(clock.nowMs()).toBe(START_MS + HOUR_MS);
    expect(clock.aheadMs).toBeNull();
    await clock.look();
    at.away = true;
    at.monotonicMs += HOUR_MS;
    await clock.look();
    expect(clock.nowMs()).toBe(START_MS + HOUR_MS);
  });

  it('follows a clock that was set once a second look confirms it', async () => {
    const { clock, at } = scene();
    await clock.look();
    at.databaseMs += HOUR_MS;
    await clock.look();
    expect(clock.nowMs()).toBe(START_MS);
    await clock.look();
    expect(clock.nowMs()).toBe(START_MS + HOUR_MS);
    // A single wrong answer is no clock that was set.
    at.databaseMs += HOUR_MS;
    await clock.look();
    at.databaseMs -= HOUR_MS;
    await clock.look();
    await clock.look();
    expect(clock.nowMs()).toBe(START_MS + HOUR_MS);
  });
});
