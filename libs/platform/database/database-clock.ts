import { settlesWithin } from '@icmp-mon/platform/concurrency';
import type { Sql } from './sql';

const LOOK_EVERY_MS = 2_000;
/** An answer that took longer says too little of when it was given. */
const ROUND_TRIP_MS_MAX = 500;
/** After this long without a good answer a slow one is better than none. */
const UNSURE_AFTER_MS = 60_000;
/** A difference beyond this is a clock that was set: the next look has to confirm it. */
const JUMP_MS_MAX = 10_000;
/** Two looks that agree as far as this confirm each other. */
const CONFIRMED_WITHIN_MS = 1_000;
const NOISE_MS = 20;

/**
 * The clock of the database, which is the clock of the installation: asked every 2 s, and carried on in between, and while the database
 * is away, by this machine's clock that is never set. So a wall clock of this machine that is wrong or jumps dates nothing.
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

  /** Waits for the first answer, but for `withinMs` at most: until there is one, the wall clock of this machine has to do. */
  async start(withinMs: number): Promise<void> {
    this.timer = setInterval(() => void this.look(), LOOK_EVERY_MS);
    await settlesWithin(this.look(), withinMs);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.looking;
  }

  /** ms since 1970. */
  nowMs(): number {
    return this.originMs === null ? Date.now() : this.originMs + this.monotonicMs();
  }

  /** This machine's wall clock minus the database's; null until the first answer. */
  get aheadMs(): number | null {
    return this.originMs === null ? null : Date.now() - this.nowMs();
  }

  /** One look at the database's clock. Never rejects. */
  look(): Promise<void> {
    this.looking ??= this.ask()
      .catch(this.onError)
      .finally(() => (this.looking = null));
    return this.looking;
  }

  private async ask(): Promise<void> {
    const beforeMs = this.monotonicMs();
    const [row] = await this.sql.query<{ at_ms: number }>(
      'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS at_ms',
    );
    const afterMs = this.monotonicMs();
    if (row !== undefined) this.note(row.at_ms - (beforeMs + afterMs) / 2, afterMs - beforeMs, afterMs);
  }

  private note(originMs: number, roundTripMs: number, atMs: number): void {
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
