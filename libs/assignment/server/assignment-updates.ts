import type { AssignmentsAnswer } from '@icmp-mon/assignment/contract';
import { connect, ControlDatabase } from '@icmp-mon/platform/database';
import { WakeUp } from '@icmp-mon/platform/concurrency';
import { createLogger } from '@icmp-mon/platform/ops';
import { agentsWithChanges, assignmentsSince, readFeedState } from './assignments.query';
import { FEED_PUBLISHED_CHANNEL } from './feed-publisher';

/** The publisher's notifications wake the waiting; this is how long a lost one can delay them. */
const POLL_MS = 2_000;
const RECONNECT_MS = 1_000;

interface Waiter {
  agentId: string;
  wakeUp: WakeUp;
}

export interface NextOptions {
  waitMs: number;
  signal?: AbortSignal;
}

/** Holds agents' requests until there is something new for them: one listener for all of them. */
export class AssignmentUpdates {
  private readonly logger = createLogger('assignment-updates');
  private readonly waiting = new Set<Waiter>();
  private stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private position = 0;

  constructor(private readonly database: ControlDatabase) {}

  start(): void {
    this.stopping = new AbortController();
    this.running = this.run(this.stopping.signal);
  }

  /** Lets go of all who wait. */
  async stop(): Promise<void> {
    this.stopping.abort();
    for (const { wakeUp } of this.waiting) wakeUp.wake();
    await this.running;
  }

  /** What the agent has to hear after version `since`; null when nothing came within the wait. */
  async next(agentId: string, since: number, { waitMs, signal }: NextOptions): Promise<AssignmentsAnswer | null> {
    const deadlineMs = performance.now() + waitMs;
    const waiter = { agentId, wakeUp: new WakeUp() };
    // Waiting begins before the first look, so that what is published between the two is not missed.
    this.waiting.add(waiter);
    try {
      for (;;) {
        const answer = await assignmentsSince(this.database, agentId, since);
        const leftMs = deadlineMs - performance.now();
        if (answer !== null || leftMs <= 0 || signal?.aborted || this.stopping.signal.aborted) return answer;
        await waiter.wakeUp.sleep(leftMs, signal);
      }
    } finally {
      this.waiting.delete(waiter);
    }
  }

  private async run(stop: AbortSignal): Promise<void> {
    const pause = new WakeUp();
    while (!stop.aborted) {
      try {
        await this.session(stop);
      } catch (error) {
        this.logger.warn({ err: error, retryInMs: RECONNECT_MS }, 'cannot hear of new assignments, will connect again');
        await pause.sleep(RECONNECT_MS, stop);
      }
    }
  }

  private async session(stop: AbortSignal): Promise<void> {
    const connection = await connect({ url: this.database.options.url, applicationName: 'assignment-updates' });
    const published = new WakeUp();
    try {
      await connection.listen(FEED_PUBLISHED_CHANNEL, () => published.wake());
      connection.lost.addEventListener('abort', () => published.wake());
      while (!stop.aborted) {
        const state = await readFeedState(connection);
        const ids = [...new Set([...this.waiting].map(({ agentId }) => agentId))];
        if (state.published !== this.position && ids.length > 0) {
          const changed = new Set(
            state.published < this.position
              ? ids
              : await agentsWithChanges(connection, ids, this.position, state.published),
          );
          for (const { agentId, wakeUp } of this.waiting) if (changed.has(agentId)) wakeUp.wake();
        }
        this.position = state.published;
        await published.sleep(POLL_MS, stop);
        connection.lost.throwIfAborted();
      }
    } finally {
      if (!connection.lost.aborted) await connection.close();
    }
  }
}
