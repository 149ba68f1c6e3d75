import { DomainError } from '@icmp-mon/platform/errors';

/**
 * Maximum waiting requests per lane of an agent, in addition to the one in progress: an agent has one in flight, and a second one after it
 * has abandoned the first.
 */
const WAITING_MAX = 2;

/** Runs the work of each lane sequentially, so that a repeated request never overtakes the original. */
export class LaneOrder {
  private readonly lanes = new Map<string, { last: Promise<unknown>; pending: number }>();

  /** @throws DomainError `too_many_requests` when the queue is full */
  async runInOrder<T>(lane: string, work: () => Promise<T>): Promise<T> {
    const queue = this.lanes.get(lane) ?? { last: Promise.resolve(), pending: 0 };
    if (queue.pending > WAITING_MAX) {
      throw new DomainError('too_many_requests', 'Too many requests of this lane are open. Send one at a time.');
    }
    const result = queue.last.then(work);
    queue.pending += 1;
    // The next request waits for the end of this one, even if it fails.
    queue.last = result.catch(() => undefined);
    this.lanes.set(lane, queue);
    try {
      return await result;
    } finally {
      queue.pending -= 1;
      if (queue.pending === 0) this.lanes.delete(lane);
    }
  }
}
