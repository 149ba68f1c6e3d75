import { DomainError } from '@icmp-mon/platform/errors';

const WINDOW_MS = 60_000;
/** Requests of one feed per minute: calendars ask at most once per minute. */
export const FEED_REQUESTS_MAX = 20;
const FEEDS_MAX = 10_000;

/** Limits how often each feed is read, per process. */
export class FeedLimit {
  private readonly counts = new Map<string, { sinceMs: number; count: number }>();

  /** @param nowMs of the monotonic clock. @throws DomainError `too_many_requests` */
  requireAllowed(userId: string, nowMs: number): void {
    const known = this.counts.get(userId);
    const current = known !== undefined && nowMs - known.sinceMs < WINDOW_MS ? known : { sinceMs: nowMs, count: 0 };
    current.count += 1;
    this.counts.delete(userId);
    const [oldest] = this.counts.keys();
    if (this.counts.size >= FEEDS_MAX && oldest !== undefined) this.counts.delete(oldest);
    this.counts.set(userId, current);
    if (current.count <= FEED_REQUESTS_MAX) return;
    const waitS = Math.max(1, Math.ceil((current.sinceMs + WINDOW_MS - nowMs) / 1_000));
    const detail = `This calendar was read more than ${FEED_REQUESTS_MAX} times in a minute, the limit. Try again in ${waitS} s.`;
    throw new DomainError('too_many_requests', detail);
  }
}
