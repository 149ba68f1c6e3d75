import type { Logger } from './logger';

/** One warning per minute shows that an outage lasts. */
const SAME_AGAIN_MS = 60_000;
/** Different warnings that are remembered; a new one beyond them begins again with none. */
const REMEMBERED_MAX = 100;

/**
 * Warnings of clients that report each attempt to connect: the first is logged at once, and the same one at most once per minute. Each that is logged
 * counts those that were left out since the one before.
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
