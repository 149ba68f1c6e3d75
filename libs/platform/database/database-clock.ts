import { settlesWithin } from '@icmp-mon/platform/concurrency';
import type { Sql } from './sql';

const LOOK_EVERY_MS = 2_000;
/** An answer with a longer round trip is too inaccurate. */
const ROUND_TRIP_MS_MAX = 500;
/** After this long without an accurate answer, an inaccurate one is accepted. */
const UNSURE_AFTER_MS = 60_000;
/** A larger difference means that the database's clock was set; the next reading must confirm it. */
const JUMP_MS_MAX = 10_000;
/** Two readings that differ by at most this confirm each other. */
const CONFIRMED_WITHIN_MS = 1_000;
const NOISE_MS = 20;

/**
 * The clock of the control database, which is the clock of the installation. It is read every 2 s and extrapolated in between, and while the
 * database is unavailable, by this machine's monotonic clock. So no timestamp depends on the wall clock of this machine, which may be wrong
 * or jump.
 */
export class DatabaseClock {
  /** Database time in ms minus `performance.now()`; null until the first answer. */
  private originMs: number | null = null;
  private surprise: number | null = null;
  private goodAtMs = -Infinity;
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | null = null;

  constructor(
    private readonly sql: Pick<Sql, 'query'>,
    private readonly onError: (error: unknown) => void = () => undefined,
    private readonly monotonicMs: () => number = () => performance.now(),
  ) {}

  /** Starts reading the clock and waits at most `withinMs` for the first answer. Until then the wall clock of this machine is used. */
  async start(withinMs: number): Promise<void> {
    this.timer = setInterval(() => void this.readClock(), LOOK_EVERY_MS);
    await settlesWithin(this.readClock(), withinMs);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.looking;
  }

  /** Returns the time of the database, ms since 1970. */
  nowMs(): number {
    return this.originMs === null ? Date.now() : this.originMs + this.monotonicMs();
  }

  /** This machine's wall clock minus the database's clock, in ms; null until the first answer. */
  get aheadMs(): number | null {
    return this.originMs === null ? null : Date.now() - this.nowMs();
  }

  /** Reads the database's clock once. Never rejects. */
  readClock(): Promise<void> {
    this.looking ??= this.askDatabase()
      .catch(this.onError)
      .finally(() => (this.looking = null));
    return this.looking;
  }

  private async askDatabase(): Promise<void> {
    const beforeMs = this.monotonicMs();
    const [row] = await this.sql.query<{ at_ms: number }>(
      'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS at_ms',
    );
    const afterMs = this.monotonicMs();
    if (row !== undefined) this.recordOffset(row.at_ms - (beforeMs + afterMs) / 2, afterMs - beforeMs, afterMs);
  }

  private recordOffset(originMs: number, roundTripMs: number, atMs: number): void {
    if (this.originMs !== null && roundTripMs > ROUND_TRIP_MS_MAX && atMs - this.goodAtMs < UNSURE_AFTER_MS) return;
    const differenceMs = this.originMs === null ? 0 : Math.abs(originMs - this.originMs);
    if (differenceMs > JUMP_MS_MAX) {
      const isConfirmed = this.surprise !== null && Math.abs(originMs - this.surprise) <= CONFIRMED_WITHIN_MS;
      this.surprise = originMs;
      if (!isConfirmed) return;
    }
    this.surprise = null;
    this.goodAtMs = atMs;
    if (this.originMs === null || differenceMs > roundTripMs / 2 + NOISE_MS) this.originMs = originMs;
  }
}
