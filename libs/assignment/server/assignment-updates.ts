import type { AssignmentsResponse } from '@icmp-mon/assignment/contract';
import { ChannelListener, ControlDatabase } from '@icmp-mon/platform/database';
import { BackOff, WakeUp } from '@icmp-mon/platform/concurrency';
import { createLogger } from '@icmp-mon/platform/ops';
import { agentsWithChanges, assignmentsSince, readFeedState } from './published-assignments';
import { FEED_PUBLISHED_CHANNEL } from './feed-publisher';

/** The publisher's notifications wake the waiting; this is how long a lost one can delay them. */
const POLL_MS = 2_000;
const BACK_OFF = { firstMs: 500, maxMs: POLL_MS };

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

  private readonly published = new WakeUp();
  private readonly listener: ChannelListener;

  constructor(private readonly database: ControlDatabase) {
    this.listener = new ChannelListener({
      url: database.options.url,
      applicationName: 'assignment-updates',
      channel: FEED_PUBLISHED_CHANNEL,
      onNotify: () => this.published.wake(),
    });
  }

  start(): void {
    this.stopping = new AbortController();
    this.listener.start();
    this.running = this.run(this.stopping.signal);
  }

  /** Lets go of all who wait. */
  async stop(): Promise<void> {
    this.stopping.abort();
    for (const { wakeUp } of this.waiting) wakeUp.wake();
    await Promise.all([this.listener.stop(), this.running]);
  }

  /** What the agent has to hear after version `since`; null when nothing came within the wait. */
  async next(agentId: string, since: number, { waitMs, signal }: NextOptions): Promise<AssignmentsResponse | null> {
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
    const backOff = new BackOff(BACK_OFF);
    while (!stop.aborted) {
      try {
        await this.look();
        backOff.succeeded();
        await this.published.sleep(POLL_MS, stop);
      } catch (error) {
        this.logger.warn({ err: error }, 'cannot look for new assignments, will try again');
        await backOff.wait(stop);
      }
    }
  }

  /** Wakes the requests of those agents for which something was published since the last look. */
  private async look(): Promise<void> {
    const { published } = await readFeedState(this.database);
    const ids = [...new Set([...this.waiting].map(({ agentId }) => agentId))];
    if (published !== this.position && ids.length > 0) {
      const changed = new Set(
        published < this.position ? ids : await agentsWithChanges(this.database, ids, this.position, published),
      );
      for (const { agentId, wakeUp } of this.waiting) if (changed.has(agentId)) wakeUp.wake();
    }
    this.position = published;
  }
}
