import type { Connection } from '@icmp-mon/platform/database';
import type { OutboxBatch, OutboxRows } from '@icmp-mon/platform/outbox';
import { categoryOf, type RecordedEvent } from './aggregate';
import { readEvents } from './read-events';
import type { RelayOptions } from './relay';
import { relayFenceBusy, relayLagEvents, relayLagSeconds } from './relay-metrics';
import { createCursor, fencedPosition, moveCursor, readProgress } from './relay-reader';

const CURSOR = 'kafka';
const BATCH_EVENTS_MAX = 1_000;

/** The event store as outbox rows, up to the fence. All statements use the session that holds the relay's lock. */
export class RelayRows<M> implements OutboxRows<M> {
  /** The fence: no event can appear at or below this position any longer. */
  private fenced = 0;

  private constructor(
    private readonly session: Connection,
    private readonly options: Pick<RelayOptions<M>, 'topics' | 'toMessage'>,
  ) {}

  static async open<M>(
    session: Connection,
    options: Pick<RelayOptions<M>, 'topics' | 'toMessage'>,
  ): Promise<RelayRows<M>> {
    await createCursor(session, CURSOR);
    return new RelayRows(session, options);
  }

  async nextBatch(sent: number | null): Promise<OutboxBatch<M> | 'none' | 'busy'> {
    const after = sent !== null && sent < this.fenced ? sent : await this.moveFence();
    if (typeof after === 'string') return after;
    const events = await readEvents(this.session, { after, upTo: this.fenced, limit: BATCH_EVENTS_MAX });
    const [oldest] = events;
    if (oldest !== undefined) relayLagSeconds.set(Math.max(0, (Date.now() - Date.parse(oldest.occurredAt)) / 1000));
    // An incomplete page is the last one, so the cursor can move to the fence, past gaps left by rolled-back appends.
    const isLast = events.length < BATCH_EVENTS_MAX;
    const upTo = isLast ? this.fenced : (events.at(-1)?.position ?? this.fenced);
    return { after, upTo, sends: this.sendsOf(events) };
  }

  /** @throws Error when another relay or an operator has moved the cursor since it was read */
  async markPublished({ after, upTo }: OutboxBatch<M>): Promise<void> {
    await moveCursor(this.session, CURSOR, after, upTo);
    relayLagEvents.set(this.fenced - upTo);
  }

  /** Advances the fence and returns the cursor. `none` when no event waits, `busy` when an open append blocks the fence. */
  private async moveFence(): Promise<number | 'none' | 'busy'> {
    const { cursor, head } = await readProgress(this.session, CURSOR);
    relayLagEvents.set(head - cursor);
    if (head <= cursor) {
      relayLagSeconds.set(0);
      return 'none';
    }
    const fenced = await fencedPosition(this.session);
    if (fenced === null) {
      relayFenceBusy.inc();
      return 'busy';
    }
    this.fenced = fenced;
    return cursor;
  }

  private sendsOf(events: readonly RecordedEvent[]): OutboxBatch<M>['sends'] {
    const { topics, toMessage } = this.options;
    const byTopic = new Map<string, M[]>();
    for (const event of events) {
      const topic = topics[categoryOf(event.stream)];
      if (topic === undefined) continue;
      const messages = byTopic.get(topic) ?? [];
      messages.push(toMessage(event, topic));
      byTopic.set(topic, messages);
    }
    return [...byTopic].map(([topic, messages]) => ({ topic, messages }));
  }
}
