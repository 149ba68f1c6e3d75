import { bySessionLock, Leader, type SessionLockTerm } from '@icmp-mon/platform/leases';
import { OutboxPublisher } from '@icmp-mon/platform/outbox';
import type { RecordedEvent } from './aggregate';
import { APPENDED_CHANNEL } from './fence';
import { relayActive, relayLagEvents, relayPublished } from './relay-metrics';
import { RELAY_LOCK } from './relay-reader';
import { RelayRows } from './relay-rows';

/** Appends wake the relay; this is how long a lost wake-up can delay it. */
const POLL_MS = 500;

export interface RelayOptions<M> {
  /** The control database. */
  url: string;
  /** Logical topic of each category; events of other categories stay inside. */
  topics: Readonly<Record<string, string>>;
  toMessage(event: RecordedEvent, topic: string): M;
  /** Resolves once the messages are durable, in order; rejects within seconds when they may not be. */
  send(topic: string, messages: M[]): Promise<void>;
}

/**
 * Publishes the event store, in order and at least once. Of all relays that run, the one that holds the session lock is
 * active; the others stand by. Behind its fence no event can appear late, so none is ever skipped.
 */
export class Relay<M> {
  private readonly leader: Leader<SessionLockTerm>;

  constructor(private readonly options: RelayOptions<M>) {
    const claim = bySessionLock({ url: options.url, applicationName: 'relay', lock: RELAY_LOCK });
    this.leader = new Leader(claim, (term, lost) => this.lead(term, lost));
  }

  /** True while this relay is the active one. */
  get active(): boolean {
    return this.leader.leads;
  }

  start(): void {
    this.leader.start();
  }

  /** Lets the batch under way finish, then gives the lock back. */
  async stop(): Promise<void> {
    await this.leader.stop();
  }

  private async lead({ connection }: SessionLockTerm, lost: AbortSignal): Promise<void> {
    const rows = await RelayRows.open(connection, this.options);
    const publisher = new OutboxPublisher<M>({
      name: 'event relay',
      rows: () => rows,
      pollMs: POLL_MS,
      send: (topic, messages) => this.options.send(topic, messages),
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
