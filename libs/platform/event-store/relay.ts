import { BackOff, WakeUp } from '@icmp-mon/platform/concurrency';
import { type Connection, connect } from '@icmp-mon/platform/database';
import { createLogger } from '@icmp-mon/platform/ops';
import { categoryOf, type RecordedEvent } from './aggregate';
import { APPENDED_CHANNEL } from './fence';
import { readEvents } from './read-events';
import { relayActive, relayFenceBusy, relayLagEvents, relayLagSeconds, relayPublished } from './relay-metrics';
import { createCursor, fencedPosition, moveCursor, readProgress, tryLead } from './relay-reader';

const CURSOR = 'kafka';
const BATCH_EVENTS_MAX = 250;
/** Appends wake the relay; this is how long a lost wake-up can delay it. */
const POLL_MS = 500;
const STANDBY_MS = 1_000;
const FENCE_RETRY_MS = 100;
const BACK_OFF = { firstMs: 200, maxMs: 5_000 };

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
  private readonly logger = createLogger('relay');
  private stopping = new AbortController();
  private running: Promise<void> | null = null;
  private readonly wakeUp = new WakeUp();
  /** Only then does an append wake the relay: never out of a back-off. */
  private idle = false;
  private cursor = 0;
  private readonly backOff = new BackOff(BACK_OFF);

  constructor(private readonly options: RelayOptions<M>) {}

  /** True while this relay is the active one. */
  active = false;

  start(): void {
    if (this.running !== null) throw new Error('The relay is already started.');
    this.stopping = new AbortController();
    this.running = this.run();
  }

  /** Lets the batch under way finish, then gives the lock back. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
    this.running = null;
  }

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      const failure = await this.session();
      if (failure === null) continue;
      this.logger.warn({ err: failure }, 'relay lost its session, will connect again');
      await this.pause(this.backOff.failed());
    }
  }

  /** One connection's life; returns why it ended, null when it was told to. */
  private async session(): Promise<unknown> {
    let connection: Connection | null = null;
    try {
      connection = await connect({ url: this.options.url, applicationName: 'relay' });
      connection.lost.addEventListener('abort', () => this.wakeUp.wake());
      while (!(await tryLead(connection))) {
        await this.pause(STANDBY_MS);
        if (this.stopping.signal.aborted) return null;
      }
      await this.lead(connection);
      return null;
    } catch (error) {
      return error;
    } finally {
      this.setActive(false);
      if (connection !== null && !connection.lost.aborted) await connection.close();
    }
  }

  private async lead(connection: Connection): Promise<void> {
    await createCursor(connection, CURSOR);
    let appended = true;
    await connection.listen(APPENDED_CHANNEL, () => {
      appended = true;
      if (this.idle) this.wakeUp.wake();
    });
    this.setActive(true);
    this.backOff.succeeded();
    while (!this.stopping.signal.aborted) {
      appended = false;
      const { cursor, head } = await readProgress(connection, CURSOR);
      this.cursor = cursor;
      relayLagEvents.set(head - this.cursor);
      if (head > this.cursor) await this.publishUpTo(connection);
      else relayLagSeconds.set(0);
      this.idle = true;
      if (!appended) await this.pause(POLL_MS);
      this.idle = false;
      connection.lost.throwIfAborted();
    }
  }

  private async publishUpTo(connection: Connection): Promise<void> {
    const upTo = await fencedPosition(connection);
    if (upTo === null) {
      relayFenceBusy.inc();
      await this.pause(FENCE_RETRY_MS);
      return;
    }
    while (this.cursor < upTo && !this.stopping.signal.aborted) {
      const events = await readEvents(connection, { after: this.cursor, upTo, limit: BATCH_EVENTS_MAX });
      const oldest = events[0];
      if (oldest !== undefined) relayLagSeconds.set(Math.max(0, (Date.now() - Date.parse(oldest.occurredAt)) / 1000));
      if (!(await this.publish(events, connection))) return;
      // A short page was the last: gaps left by rolled-back appends end at the fence.
      const reached = events.length < BATCH_EVENTS_MAX ? upTo : (events.at(-1)?.position ?? upTo);
      await moveCursor(connection, CURSOR, this.cursor, reached);
      this.cursor = reached;
      relayLagEvents.set(upTo - reached);
    }
  }

  /** Sends until it succeeds; false when told to stop, or when the lock is lost, before that. */
  private async publish(events: RecordedEvent[], connection: Connection): Promise<boolean> {
    const byTopic = new Map<string, M[]>();
    for (const event of events) {
      const topic = this.options.topics[categoryOf(event.stream)];
      if (topic === undefined) continue;
      const messages = byTopic.get(topic) ?? [];
      messages.push(this.options.toMessage(event, topic));
      byTopic.set(topic, messages);
    }
    for (const [topic, messages] of byTopic) {
      const backOff = new BackOff(BACK_OFF);
      while (!(await this.trySend(topic, messages))) {
        await this.pause(backOff.failed());
        connection.lost.throwIfAborted();
        if (this.stopping.signal.aborted) return false;
      }
    }
    return true;
  }

  private async trySend(topic: string, messages: M[]): Promise<boolean> {
    try {
      await this.options.send(topic, messages);
      relayPublished.inc({ topic }, messages.length);
      return true;
    } catch (error) {
      this.logger.warn({ err: error, topic, messages: messages.length }, 'could not publish, will send again');
      return false;
    }
  }

  private setActive(active: boolean): void {
    if (active !== this.active) this.logger.info(active ? 'relay is active' : 'relay is no longer active');
    this.active = active;
    relayActive.set(active ? 1 : 0);
    if (!active) relayLagEvents.set(0);
  }

  /** Ends early on a wake-up or on stop. */
  private pause(ms: number): Promise<void> {
    return this.wakeUp.sleep(ms, this.stopping.signal);
  }
}
