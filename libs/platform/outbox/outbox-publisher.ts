import { aborted, type BackOffOptions, pause, settlesWithin } from '@icmp-mon/platform/concurrency';
import { ChannelListener, type ChannelListenerOptions } from '@icmp-mon/platform/database';
import { createLogger, type Logger } from '@icmp-mon/platform/ops';
import { setImmediate as turn } from 'node:timers/promises';
import { outboxFailures } from './outbox-metrics';
import { OutboxPartition } from './outbox-partition';
import type { OutboxBatch, OutboxRows } from './outbox-rows';

const BACK_OFF = { firstMs: 200, maxMs: 5_000 };
/** Between two looks at rows that cannot be read yet. */
const BUSY_MS = 100;

export interface OutboxOptions<M> {
  name: string;
  rows(partition: number): OutboxRows<M>;
  /** Those that this process publishes now; partition 0 unless set. */
  partitions?: () => Iterable<number>;
  /** Resolves once the messages are durable, in order; rejects within seconds when they may not be. */
  send(topic: string, messages: M[]): Promise<void>;
  onSent?(topic: string, count: number): void;
  /** Writers wake the publisher; this is how long a lost wake-up can delay it. */
  pollMs: number;
  backOff?: BackOffOptions;
  /**
   * For topics of which only the last message of a key remains: when a send that was given up can have arrived at the latest, ms.
   * After that time everything behind it is sent once more, so that the newest is the last one.
   */
  givenUpMs?: number;
}

/**
 * Publishes rows that a transaction has written, in their order and at least once:
 *
 *     next(mark) ──► send, again until it is acknowledged ──► mark ──► next(sent) … none ──► sleeps until woken, or pollMs
 *
 * - The mark moves only after the acknowledgement: after a crash the next publisher begins there.
 * - It continues behind what it has sent itself, not behind the mark: of two that overlap each sends last what is newest.
 * - A wake-up during the work is one more look after it; it does not shorten a back-off.
 * - One read or send at a time over all partitions, each in a turn of the event loop of its own: when all partitions have full batches,
 *   encoding them side by side would keep the loop longer than a lease or a session lives.
 */
export class OutboxPublisher<M> {
  private readonly logger: Logger;
  private readonly known = new Map<number, OutboxPartition<M>>();
  private stopping = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private lastTurn: Promise<void> = Promise.resolve();

  constructor(private readonly options: OutboxOptions<M>) {
    this.logger = createLogger('outbox').child({ outbox: options.name });
  }

  start(): void {
    this.stopping = new AbortController();
    this.timer = setInterval(() => this.look(), this.options.pollMs);
    this.look();
  }

  /** Ends after the batch under way; with `drainMs` first publishes what it was woken for, for that long at most. */
  async stop(drainMs = 0): Promise<void> {
    clearInterval(this.timer);
    if (drainMs > 0 && !(await settlesWithin(this.idle(), drainMs))) {
      this.stopping.abort();
      const partitions = [...this.known.values()].filter(({ publishing }) => publishing !== null);
      this.logger.warn({ partitions: partitions.map(({ number }) => number) }, 'stopped before all was published');
      return;
    }
    this.stopping.abort();
    await this.idle();
  }

  /** Publishes partition 0 until `lost`, woken by notifications of a channel. */
  async publishUntil(lost: AbortSignal, channel: Omit<ChannelListenerOptions, 'onNotify'>): Promise<void> {
    const listener = new ChannelListener({ ...channel, onNotify: () => this.wake(0) });
    this.start();
    listener.start();
    await aborted(lost);
    await Promise.all([listener.stop(), this.stop()]);
  }

  /** There may be new rows in a partition. */
  wake(number: number): void {
    const partition = this.partition(number);
    partition.isWoken = true;
    partition.publishing ??= this.publish(partition).finally(() => {
      partition.publishing = null;
      if (partition.isWoken && !this.stopping.signal.aborted) this.wake(number);
    });
  }

  private look(): void {
    const { partitions = () => [0] } = this.options;
    for (const number of partitions()) if (this.partition(number).publishing === null) this.wake(number);
    for (const { number, due, publishing } of this.known.values())
      if (due !== null && publishing === null) this.wake(number);
  }

  private partition(number: number): OutboxPartition<M> {
    const { rows, backOff = BACK_OFF } = this.options;
    const partition = this.known.get(number) ?? new OutboxPartition(number, rows(number), backOff);
    this.known.set(number, partition);
    return partition;
  }

  private async idle(): Promise<void> {
    const working = (): Promise<void>[] => [...this.known.values()].flatMap(({ publishing }) => publishing ?? []);
    for (let work = working(); work.length > 0; work = working()) await Promise.all(work);
  }

  private async publish(partition: OutboxPartition<M>): Promise<void> {
    const { signal } = this.stopping;
    while (partition.isWoken && !signal.aborted) {
      partition.isWoken = false;
      try {
        await this.drain(partition, signal);
      } catch (error) {
        partition.isWoken = true;
        this.failed(partition, error, 'cannot publish what waits, will try again');
        await partition.backOff.wait(signal);
      }
    }
  }

  private async drain(partition: OutboxPartition<M>, signal: AbortSignal): Promise<void> {
    const { rows, due } = partition;
    let after = due?.after ?? null;
    while (!signal.aborted) {
      const batch = await this.inTurn(() => rows.next(after));
      if (batch === 'none') {
        if (due !== null) partition.settle(due);
        partition.backOff.succeeded();
        return;
      }
      if (batch === 'busy') {
        await pause(BUSY_MS, signal);
        continue;
      }
      if (!(await this.sendAll(partition, batch, signal))) return;
      await rows.mark(batch);
      after = batch.upTo;
    }
  }

  /** False when it was stopped before everything was acknowledged. */
  private async sendAll(partition: OutboxPartition<M>, batch: OutboxBatch<M>, signal: AbortSignal): Promise<boolean> {
    const { send, onSent, givenUpMs } = this.options;
    for (const { topic, messages } of batch.sends) {
      for (let isSent = false; !isSent;) {
        try {
          await this.inTurn(() => send(topic, messages));
          isSent = true;
        } catch (error) {
          if (givenUpMs !== undefined) partition.noteGivenUp(batch, givenUpMs);
          this.failed(partition, error, `cannot publish to ${topic}, will send again`);
          await partition.backOff.wait(signal);
          if (signal.aborted) return false;
        }
      }
      partition.backOff.succeeded();
      onSent?.(topic, messages.length);
    }
    return true;
  }

  private failed({ number }: OutboxPartition<M>, error: unknown, message: string): void {
    outboxFailures.inc({ outbox: this.options.name });
    this.logger.warn({ err: error, partition: number }, message);
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.lastTurn.then(() => turn()).then(work);
    this.lastTurn = mine.then(
      () => undefined,
      () => undefined,
    );
    return mine;
  }
}
