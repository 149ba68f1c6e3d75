import { bySessionLock, Leader, type SessionLockTerm } from '@icmp-mon/platform/leases';
import { OutboxPublisher } from '@icmp-mon/platform/outbox';
import type { RecordedEvent } from './aggregate';
import { APPENDED_CHANNEL } from './fence';
import { relayActive, relayLagEvents, relayPublished } from './relay-metrics';
import { RELAY_LOCK } from './relay-reader';
import { RelayRows } from './relay-rows';

/*
 * The relay publishes the event store to Kafka (a transactional outbox over the table `event`).
 *
 *   appender:  BEGIN ─ shared lock ─ INSERT (position from a sequence) ─ COMMIT                positions may commit out of order
 *   relay:     exclusive lock for an instant ─ fence := max(position) ─ release ─ publish cursor < position <= fence ─ move cursor
 *
 * Invariants:
 * - Fence: no event can appear at or below the fence later. Every appender holds the shared lock from before its insert until it commits, and
 *   the relay reads the highest position while it holds the same lock exclusively, so no append is open at that moment. A position is
 *   therefore never skipped, even if its transaction commits late.
 * - Single writer: only the session that holds RELAY_LOCK moves the cursor, by compare-and-set. A relay that has just lost its session may
 *   still have a send in flight; it only repeats events that the next relay publishes too.
 * - At least once, in order: the cursor moves only after Kafka has acknowledged the batch. After a crash the next relay repeats from the cursor;
 *   consumers drop repeats by position.
 * - Bounded blocking: the relay waits at most 250 ms for the fence per attempt, because new appenders queue behind it.
 */

/** Polling interval. Appends wake the relay by NOTIFY; a lost notification delays it by at most this. */
const POLL_MS = 500;

export interface RelayOptions<M> {
  /** The control database. */
  url: string;
  /** Logical topic of each category. Events of other categories are not published. */
  topics: Readonly<Record<string, string>>;
  toMessage(event: RecordedEvent, topic: string): M;
  /** Resolves when the messages are stored durably and in order. Rejects within seconds when they may not be. */
  sendMessages(topic: string, messages: M[]): Promise<void>;
}

/** Publishes the event store to Kafka, in order and at least once. Of all running relays, only the holder of the session lock is active. */
export class Relay<M> {
  private readonly leader: Leader<SessionLockTerm>;

  constructor(private readonly options: RelayOptions<M>) {
    const claim = bySessionLock({ url: options.url, applicationName: 'relay', lock: RELAY_LOCK });
    this.leader = new Leader(claim, (term, lost) => this.publishWhileLeading(term, lost));
  }

  /** True while this relay is the active one. */
  get active(): boolean {
    return this.leader.leads;
  }

  start(): void {
    this.leader.start();
  }

  /** Waits for the batch in progress, then releases the lock. */
  async stop(): Promise<void> {
    await this.leader.stop();
  }

  private async publishWhileLeading({ connection }: SessionLockTerm, lost: AbortSignal): Promise<void> {
    const rows = await RelayRows.open(connection, this.options);
    const publisher = new OutboxPublisher<M>({
      name: 'event relay',
      rowsOf: () => rows,
      pollMs: POLL_MS,
      sendMessages: (topic, messages) => this.options.sendMessages(topic, messages),
      onSent: (topic, count) => relayPublished.inc({ topic }, count),
    });
    relayActive.set(1);
    try {
      await publisher.publishUntil(lost, {
        url: this.options.url,
        applicationName: 'relay-notifications',
        channel: APPENDED_CHANNEL,
      });
    } finally {
      relayActive.set(0);
      relayLagEvents.set(0);
    }
  }
}
