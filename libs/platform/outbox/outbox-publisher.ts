import { aborted, type BackOffOptions, pause, settlesWithin } from '@icmp-mon/platform/concurrency';
import { ChannelListener, type ChannelListenerOptions } from '@icmp-mon/platform/database';
import { createLogger, type Logger } from '@icmp-mon/platform/ops';
import { setImmediate as turn } from 'node:timers/promises';
import { outboxFailures } from './outbox-metrics';
import { OutboxPartition } from './outbox-partition';
import type { OutboxBatch, OutboxRows } from './outbox-rows';

const BACK_OFF = { firstMs: 200, maxMs: 5_000 };
/** Interval between attempts to read rows that cannot be read yet (`busy`). */
const BUSY_MS = 100;

export interface OutboxOptions<M> {
  name: string;
  rowsOf(partition: number): OutboxRows<M>;
  /** Partitions that this process currently publishes. Default: partition 0. */
  partitions?: () => Iterable<number>;
  /** Resolves when the messages are stored durably and in order. Rejects within seconds when they may not be. */
  sendMessages(topic: string, messages: M[]): Promise<void>;
  onSent?(topic: string, count: number): void;
  /** Polling interval. Writers wake the publisher; a lost wake-up delays it by at most this. */
  pollMs: number;
  backOff?: BackOffOptions;
  /**
   * For compacted topics: the time after which a send that timed out can no longer arrive, in ms. Everything after it is then sent again,
   * so that the newest message of each key is the last one.
   */
  givenUpMs?: number;
}

/**
 * Outbox: publishes rows that a transaction has written, in order and at least once.
 *
 *     next(mark) ──► send, retried until acknowledged ──► mark ──► next(sent) … none ──► sleep until woken, or pollMs
 *
 * Invariants:
 * - At least once: the mark moves only after the acknowledgement. After a crash the next publisher continues at the mark.
 * - Own position: a publisher continues after the rows that it sent itself, not after the mark. When two publishers overlap, each of them sends
 *   the newest row last.
 * - No lost wake-up: a wake-up during the work causes another read after it. It does not shorten a back-off.
 * - Bounded stall: only one read or send runs at a time over all partitions, each in its own turn of the event loop. Encoding full batches of
 *   all partitions in one turn would block the loop longer than a lease or a session lasts.
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
    this.timer = setInterval(() => this.pollPartitions(), this.options.pollMs);
    this.pollPartitions();
  }

  /** Stops after the batch in progress. With `drainMs`, first publishes the waiting rows, for at most that long. */
  async stop(drainMs = 0): Promise<void> {
    clearInterval(this.timer);
    if (drainMs > 0 && !(await settlesWithin(this.idle(), drainMs))) {
      this.stopping.abort();
      const partitions = [...this.known.values()].filter(({ publishing }) => publishing !== null);
      this.logger.warn(
        { partitions: partitions.map(({ number }) => number) },
        'outbox stopped before all rows were published',
      );
      return;
    }
    this.stopping.abort();
    await this.idle();
  }

  /** Publishes partition 0 until `lost`, woken by notifications of a channel. */
  async publishUntil(lost: AbortSignal, channel: Omit<ChannelListenerOptions, 'onNotify'>): Promise<void> {
    const listener = new ChannelListener({ ...channel, onNotify: () => this.wakePartition(0) });
    this.start();
    listener.start();
    await aborted(lost);
    await Promise.all([listener.stop(), this.stop()]);
  }

  /** Wakes the publisher: there may be new rows in the partition. */
  wakePartition(number: number): void {
    const partition = this.partition(number);
    partition.isWoken = true;
    partition.publishing ??= this.publishPartition(partition).finally(() => {
      partition.publishing = null;
      if (partition.isWoken && !this.stopping.signal.aborted) this.wakePartition(number);
    });
  }

  private pollPartitions(): void {
    const { partitions = () => [0] } = this.options;
    for (const number of partitions()) if (this.partition(number).publishing === null) this.wakePartition(number);
    for (const { number, due, publishing } of this.known.values())
      if (due !== null && publishing === null) this.wakePartition(number);
  }

  private partition(number: number): OutboxPartition<M> {
    const { rowsOf, backOff = BACK_OFF } = this.options;
    const partition = this.known.get(number) ?? new OutboxPartition(number, rowsOf(number), backOff);
    this.known.set(number, partition);
    return partition;
  }

  private async idle(): Promise<void> {
    const working = (): Promise<void>[] => [...this.known.values()].flatMap(({ publishing }) => publishing ?? []);
    for (let work = working(); work.length > 0; work = working()) await Promise.all(work);
  }

  private async publishPartition(partition: OutboxPartition<M>): Promise<void> {
    const { signal } = this.stopping;
    while (partition.isWoken && !signal.aborted) {
      partition.isWoken = false;
      try {
        await this.publishWaiting(partition, signal);
      } catch (error) {
        partition.isWoken = true;
        this.onFailed(partition, error, 'reading or marking outbox rows failed, retrying');
        await partition.backOff.waitAfterFailure(signal);
      }
    }
  }

  private async publishWaiting(partition: OutboxPartition<M>, signal: AbortSignal): Promise<void> {
    const { rows, due } = partition;
    let after = due?.after ?? null;
    while (!signal.aborted) {
      const batch = await this.inTurn(() => rows.nextBatch(after));
      if (batch === 'none') {
        if (due !== null) partition.settleGivenUp(due);
        partition.backOff.succeeded();
        return;
      }
      if (batch === 'busy') {
        await pause(BUSY_MS, signal);
        continue;
      }
      if (!(await this.sendAll(partition, batch, signal))) return;
      await rows.markPublished(batch);
      after = batch.upTo;
    }
  }

  /** Sends a batch, retrying until it is acknowledged. Returns false when the publisher was stopped before that. */
  private async sendAll(partition: OutboxPartition<M>, batch: OutboxBatch<M>, signal: AbortSignal): Promise<boolean> {
    const { sendMessages, onSent, givenUpMs } = this.options;
    for (const { topic, messages } of batch.sends) {
      for (let isSent = false; !isSent;) {
        try {
          await this.inTurn(() => sendMessages(topic, messages));
          isSent = true;
        } catch (error) {
          if (givenUpMs !== undefined) partition.noteGivenUp(batch, givenUpMs);
          this.onFailed(partition, error, `publishing to ${topic} failed, retrying`);
          await partition.backOff.waitAfterFailure(signal);
          if (signal.aborted) return false;
        }
      }
      partition.backOff.succeeded();
      onSent?.(topic, messages.length);
    }
    return true;
  }

  private onFailed({ number }: OutboxPartition<M>, error: unknown, message: string): void {
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
