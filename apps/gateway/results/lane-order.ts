import { DomainError } from '@icmp-mon/platform/errors';

/** One at work and this many behind it: an agent has one request in flight, and one more when it gave up on that. */
const WAITING_MAX = 2;

/** Runs the work of each lane one after the other, so that a repeated request never overtakes the one it repeats. */
export class LaneOrder {
  private readonly lanes = new Map<string, { last: Promise<unknown>; pending: number }>();

  /** @throws DomainError `too_many_requests` when too much waits already */
  async run<T>(lane: string, work: () => Promise<T>): Promise<T> {
    const queue = this.lanes.get(lane) ?? { last: Promise.resolve(), pending: 0 };
    if (queue.pending > WAITING_MAX) {
      throw new DomainError('too_many_requests', 'Too many requests of one lane are open: send one at a time.');
    }
    const result = queue.last.then(work);
    queue.pending += 1;
    // The next one waits for the end of this one, however it ends.
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
