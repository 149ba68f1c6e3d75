const RETRY_MS_MAX = 1_000;

/** When the connections of BullMQ try again to reach a Redis that is away: with growing pauses, until the app ends. */
export class RedisRetries {
  private isOver = false;

  /** For ioredis's `retryStrategy`: ms until the next try, null for none. A connection without one ends, and so does what waits for it. */
  delayMs(attempts: number): number | null {
    return this.isOver ? null : Math.min(attempts * 100, RETRY_MS_MAX);
  }

  end(): void {
    this.isOver = true;
  }
}
