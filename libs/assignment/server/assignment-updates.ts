import { ChannelListener, ControlDatabase } from '@icmp-mon/platform/database';
import { BackOff, pause, WakeUp } from '@icmp-mon/platform/concurrency';
import { createLogger } from '@icmp-mon/platform/ops';
import type { AssignmentsAnswer } from './assignments-answer';
import { agentsWithChanges, assignmentsSince, readFeedState } from './published-assignments';
import { FEED_PUBLISHED_CHANNEL } from './feed-publisher';

/** Poll interval; the publisher's notifications wake waiting requests earlier. It is the longest delay after a lost notification. */
const POLL_MS = 2_000;
const BACK_OFF = { firstMs: 500, maxMs: POLL_MS };

/**
 * Shortest time between two answers with changes for one agent. While many targets are assigned, each agent receives its changes once per
 * second instead of after each publication; the gateway would refuse more requests per second anyway.
 */
const ANSWER_AGAIN_MS = 1_000;

interface Waiter {
  agentId: string;
  wakeUp: WakeUp;
}

export interface NextOptions {
  waitMs: number;
  signal?: AbortSignal;
}

/** Holds agents' requests until there are new assignments for them. One database listener serves all requests. */
export class AssignmentUpdates {
  private readonly logger = createLogger('assignment-updates');
  private readonly waiting = new Set<Waiter>();
  /** Times of the last answers by agent, oldest first; only those within `ANSWER_AGAIN_MS`. */
  private readonly answeredMs = new Map<string, number>();
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
      onNotify: () => this.published.wakeSleeper(),
    });
  }

  start(): void {
    this.stopping = new AbortController();
    this.listener.start();
    this.running = this.pollUntilStopped(this.stopping.signal);
  }

  /** Releases all waiting requests. */
  async stop(): Promise<void> {
    this.stopping.abort();
    for (const { wakeUp } of this.waiting) wakeUp.wakeSleeper();
    await Promise.all([this.listener.stop(), this.running]);
  }

  /** Returns the changes for an agent after version `since`; null when there were none within the wait. */
  async nextAssignments(
    agentId: string,
    since: number,
    { waitMs, signal }: NextOptions,
  ): Promise<AssignmentsAnswer | null> {
    const deadlineMs = performance.now() + waitMs;
    const waiter = { agentId, wakeUp: new WakeUp() };
    // The request is registered before the first read, so that a publication between the two is not missed.
    this.waiting.add(waiter);
    try {
      for (;;) {
        await this.pauseAfterAnswer(agentId, signal);
        const answer = await assignmentsSince(this.database, agentId, since);
        if (answer !== null) this.noteAnswer(agentId);
        const leftMs = deadlineMs - performance.now();
        if (answer !== null || leftMs <= 0 || signal?.aborted || this.stopping.signal.aborted) return answer;
        await waiter.wakeUp.sleepUntilWoken(leftMs, signal);
      }
    } finally {
      this.waiting.delete(waiter);
    }
  }

  /** Waits until `ANSWER_AGAIN_MS` have passed since the agent's last answer. */
  private async pauseAfterAnswer(agentId: string, signal = this.stopping.signal): Promise<void> {
    const answeredMs = this.answeredMs.get(agentId);
    if (answeredMs === undefined) return;
    const waitMs = answeredMs + ANSWER_AGAIN_MS - performance.now();
    if (waitMs > 0) await pause(waitMs, AbortSignal.any([signal, this.stopping.signal]));
  }

  private noteAnswer(agentId: string): void {
    const nowMs = performance.now();
    for (const [id, answeredMs] of this.answeredMs) {
      if (answeredMs + ANSWER_AGAIN_MS > nowMs) break;
      this.answeredMs.delete(id);
    }
    this.answeredMs.delete(agentId);
    this.answeredMs.set(agentId, nowMs);
  }

  private async pollUntilStopped(stop: AbortSignal): Promise<void> {
    const backOff = new BackOff(BACK_OFF);
    while (!stop.aborted) {
      try {
        await this.wakeWaiting();
        backOff.succeeded();
        await this.published.sleepUntilWoken(POLL_MS, stop);
      } catch (error) {
        this.logger.warn({ err: error }, 'new assignments could not be read, will retry');
        await backOff.waitAfterFailure(stop);
      }
    }
  }

  /** Wakes the requests of agents for which something was published since the last check. */
  private async wakeWaiting(): Promise<void> {
    const { published } = await readFeedState(this.database);
    const ids = [...new Set([...this.waiting].map(({ agentId }) => agentId))];
    if (published !== this.position && ids.length > 0) {
      const changed = new Set(
        published < this.position ? ids : await agentsWithChanges(this.database, ids, this.position, published),
      );
      for (const { agentId, wakeUp } of this.waiting) if (changed.has(agentId)) wakeUp.wakeSleeper();
    }
    this.position = published;
  }
}
