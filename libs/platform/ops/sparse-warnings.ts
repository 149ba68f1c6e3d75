import type { Logger } from './logger';

/** Interval at which the same warning is repeated, which shows that the outage continues. */
const SAME_AGAIN_MS = 60_000;
/** Maximum remembered warnings. A further one clears the memory. */
const REMEMBERED_MAX = 100;

/**
 * Rate limit for warnings of clients that report each failed connection attempt: the first is logged immediately, the same one at most once per
 * minute. A repeated warning contains the number of suppressed ones (`leftOut`).
 */
export class SparseWarnings {
  private readonly logged = new Map<string, { atMs: number; leftOut: number }>();

  constructor(
    private readonly logger: Pick<Logger, 'warn'>,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  warn(message: string, error: unknown): void {
    const key = `${message}\n${String(error)}`;
    const nowMs = this.nowMs();
    const before = this.logged.get(key);
    if (before !== undefined && nowMs - before.atMs < SAME_AGAIN_MS) {
      before.leftOut++;
      return;
    }
    if (this.logged.size >= REMEMBERED_MAX) this.logged.clear();
    this.logged.set(key, { atMs: nowMs, leftOut: 0 });
    this.logger.warn({ err: error, ...(before !== undefined && { leftOut: before.leftOut }) }, message);
  }
}
