const RETRY_MS_MAX = 1_000;

/** Retry intervals of BullMQ's connections to an unavailable Redis: increasing back-off, until the app stops. */
export class RedisRetries {
  private isOver = false;

  /** Returns the ms until the next attempt for `retryStrategy` of ioredis. Null ends the connection and the commands that wait for it. */
  delayMs(attempts: number): number | null {
    return this.isOver ? null : Math.min(attempts * 100, RETRY_MS_MAX);
  }

  endRetries(): void {
    this.isOver = true;
  }
}
