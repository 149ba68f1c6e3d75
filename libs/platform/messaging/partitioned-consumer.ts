import type { Batch, Consumer, ConsumerGroupJoinEvent, Kafka } from 'kafkajs';
import { createLogger } from '@icmp-mon/platform/ops';
import { BackOff, bounded, type BackOffOptions } from '@icmp-mon/platform/concurrency';
import type { GroupMember } from './cluster-reader';
import { leaveGroup } from './leave-group';
import type { LogBounds } from './messaging-errors';
import { Silence } from './silence';
import { PartitionStream, type StreamFlow, type StreamHandler } from './partition-stream';

export type Assignment = Record<string, number[]>;

export interface PartitionedConsumerOptions {
  /** Asked for each time a kafkajs consumer is made. */
  groupId: () => string;
  /** Full topic names. */
  topics: string[];
  sessionTimeoutMs: number;
  /** Called inside kafkajs's GROUP_JOIN, synchronously, when every partition is paused; streams begin from here on. */
  onJoined: (assignment: Assignment) => void;
  bounds: (topic: string, partition: number) => Promise<LogBounds>;
  /** A stream's next offset is not in the log: end it, or let it go on elsewhere. */
  onOutOfBounds: (stream: PartitionStream, bounds: LogBounds) => void;
}

const MAX_WAIT_MS = 250;
const PARTITION_BYTES_MAX = 1024 * 1024;
/** kafkajs decodes what one fetch brings in one turn of the event loop: of small messages this is some 100 ms. */
const FETCH_BYTES_MAX = 2 * 1024 * 1024;
const REOPEN: BackOffOptions = { firstMs: 250, maxMs: 1_000 };
/** kafkajs fetches four times a second when idle; a consumer silent for this long hangs and is made anew. */
const SILENT_MS_MAX = 30_000;
const WATCH_EVERY_MS = 5_000;
const DISCONNECT_MS_MAX = 5_000;
const logger = createLogger('messaging');

/**
 * A kafkajs consumer as a source of partition streams whose positions the caller owns. It pauses everything inside
 * GROUP_JOIN before any await, because kafkajs would else deliver from an offset of its own; `eachBatch` only fills the
 * streams' queues, so that heartbeats never wait for a handler. When kafkajs gives up it is made anew, and streams go on at
 * the offset after the last one they took.
 */
export class PartitionedConsumer implements StreamFlow {
  private readonly streams = new Map<string, PartitionStream>();
  private readonly looksInto = new Set<PartitionStream>();
  private consumer: Consumer | null = null;
  private assigned = new Set<string>();
  private joined = false;
  /** What the last consumer was to its group. */
  private member: GroupMember | null = null;
  private stopped = new AbortController();
  private reopenBackOff = new BackOff(REOPEN);
  private silence = new Silence(WATCH_EVERY_MS);
  private watch: NodeJS.Timeout | null = null;
  private opening: Promise<void> | null = null;
  private lastError: string | null = 'not joined yet';

  constructor(
    private readonly kafka: Kafka,
    private readonly options: PartitionedConsumerOptions,
  ) {}

  start(): void {
    this.watch = setInterval(() => this.checkAlive(), WATCH_EVERY_MS);
    this.watch.unref();
    this.opening = this.openUntilItWorks();
  }

  /** Null while joined and fetching; else why not. */
  get trouble(): string | null {
    return this.joined ? null : this.lastError;
  }

  /** The partition's stream from `offset` on; a stream that has not ended is never replaced. */
  begin(topic: string, partition: number, offset: number, handler: StreamHandler): PartitionStream {
    const key = keyOf(topic, partition);
    if (this.streams.get(key)?.closed === false) throw new Error(`${key} is being read already: end that stream first`);
    const stream = new PartitionStream(topic, partition, offset, handler, this);
    this.streams.set(key, stream);
    this.resume(stream);
    return stream;
  }

  /** Ends the partition's stream, if there is one, and waits for its handler. */
  async end(topic: string, partition: number): Promise<void> {
    const key = keyOf(topic, partition);
    const stream = this.streams.get(key);
    if (!stream) return;
    this.streams.delete(key);
    this.pause(stream);
    await stream.close();
  }

  async endAll(): Promise<void> {
    await Promise.all([...this.streams.values()].map((stream) => this.end(stream.topic, stream.partition)));
  }

  async stop(): Promise<void> {
    this.stopped.abort();
    if (this.watch) clearInterval(this.watch);
    await this.endAll();
    await this.closeConsumer();
    // A consumer that is still being opened closes itself once it is; the process need not wait for that.
    const stillOpening = (): Error => new Error('the consumer was still connecting');
    await bounded(this.opening ?? Promise.resolve(), DISCONNECT_MS_MAX, stillOpening).catch((error: unknown) =>
      logger.warn({ err: error }, 'stopped without waiting for a connection'),
    );
    await this.closeConsumer();
  }

  pause(stream: PartitionStream): void {
    if (!this.isServing(stream)) return;
    this.consumer?.pause([{ topic: stream.topic, partitions: [stream.partition] }]);
  }

  resume(stream: PartitionStream): void {
    if (!this.isServing(stream) || !stream.wantsMessages || this.looksInto.has(stream)) return;
    this.consumer?.seek({ topic: stream.topic, partition: stream.partition, offset: String(stream.nextOffset) });
    this.consumer?.resume([{ topic: stream.topic, partitions: [stream.partition] }]);
  }

  private isServing(stream: PartitionStream): boolean {
    return this.joined && this.assigned.has(keyOf(stream.topic, stream.partition));
  }

  private async openUntilItWorks(): Promise<void> {
    while (!this.stopped.signal.aborted) {
      try {
        await this.open();
        if (this.stopped.signal.aborted) await this.closeConsumer();
        return;
      } catch (error) {
        this.lastError = error instanceof Error ? error.message : String(error);
        logger.warn({ err: error, topics: this.options.topics }, 'cannot consume yet, trying again');
        await this.closeConsumer();
        await this.reopenBackOff.wait(this.stopped.signal);
      }
    }
  }

  private async open(): Promise<void> {
    const consumer = this.kafka.consumer({
      groupId: this.options.groupId(),
      sessionTimeout: this.options.sessionTimeoutMs,
      heartbeatInterval: Math.floor(this.options.sessionTimeoutMs / 4),
      rebalanceTimeout: 15_000,
      maxWaitTimeInMs: MAX_WAIT_MS,
      maxBytesPerPartition: PARTITION_BYTES_MAX,
      maxBytes: FETCH_BYTES_MAX,
      allowAutoTopicCreation: false,
      // A crash is mended here, by a fresh consumer: kafkajs restarts on some errors only, with state left over.
      retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 5, restartOnFailure: () => Promise.resolve(false) },
    });
    this.consumer = consumer;
    this.silence = new Silence(WATCH_EVERY_MS);
    consumer.on(consumer.events.GROUP_JOIN, (event) => this.onGroupJoin(consumer, event));
    consumer.on(consumer.events.FETCH, () => {
      this.silence.broken();
    });
    // From here on kafkajs throws on pause and seek.
    consumer.on(consumer.events.STOP, () => {
      if (consumer === this.consumer) this.joined = false;
    });
    consumer.on(consumer.events.CRASH, ({ payload }) => this.reopen(consumer, payload.error));
    await consumer.connect();
    await this.endFormerMember();
    await consumer.subscribe({ topics: this.options.topics, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      partitionsConsumedConcurrently: 1,
      eachBatch: async ({ batch }) => this.onBatch(consumer, batch),
    });
  }

  /** A consumer that lost its broker could not leave, and disconnecting does not tell. */
  private async endFormerMember(): Promise<void> {
    const former = this.member;
    this.member = null;
    if (former === null) return;
    await leaveGroup(this.kafka, former).catch((error: unknown) =>
      logger.warn(
        { err: error, ...former },
        'the former member could not leave: its group waits until its session ends',
      ),
    );
  }

  private onGroupJoin(consumer: Consumer, event: ConsumerGroupJoinEvent): void {
    if (consumer !== this.consumer || this.stopped.signal.aborted) return;
    const { groupId, memberId } = event.payload;
    this.member = { groupId, memberId };
    const assignment: Assignment = event.payload.memberAssignment;
    consumer.pause(Object.entries(assignment).map(([topic, partitions]) => ({ topic, partitions })));
    this.assigned = new Set(
      Object.entries(assignment).flatMap(([topic, partitions]) =>
        partitions.map((partition) => keyOf(topic, partition)),
      ),
    );
    this.joined = true;
    this.reopenBackOff.succeeded();
    this.lastError = null;
    for (const stream of this.streams.values()) this.resume(stream);
    this.options.onJoined(assignment);
  }

  private onBatch(consumer: Consumer, batch: Batch): void {
    if (consumer !== this.consumer) return;
    const stream = this.streams.get(keyOf(batch.topic, batch.partition));
    const first = batch.messages[0];
    if (!stream || !first || this.looksInto.has(stream)) return;
    stream.highWatermark = Number(batch.highWatermark);
    const isGap = Number(first.offset) > stream.nextOffset && stream.gapAcceptedAt !== stream.nextOffset;
    if (isGap || stream.highWatermark < stream.nextOffset) void this.lookInto(stream);
    else stream.push(batch.messages);
  }

  /**
   * kafkajs resets silently when a position has left the log, and may hand over what it fetched before a seek. So a gap is
   * checked against the log's bounds; within them the stream's position is sought again, and a gap that stays is real.
   */
  private async lookInto(stream: PartitionStream): Promise<void> {
    this.looksInto.add(stream);
    this.pause(stream);
    try {
      const bounds = await this.boundsUntilKnown(stream);
      if (!bounds || stream.closed) return;
      if (stream.nextOffset < bounds.low || stream.nextOffset > bounds.high) this.options.onOutOfBounds(stream, bounds);
      else stream.gapAcceptedAt = stream.nextOffset;
    } finally {
      this.looksInto.delete(stream);
      this.resume(stream);
    }
  }

  private async boundsUntilKnown(stream: PartitionStream): Promise<LogBounds | null> {
    const backOff = new BackOff(REOPEN);
    while (!stream.closed && !this.stopped.signal.aborted) {
      try {
        return await this.options.bounds(stream.topic, stream.partition);
      } catch (error) {
        logger.warn(
          { err: error, topic: stream.topic, partition: stream.partition },
          'cannot read the bounds of a partition',
        );
        await backOff.wait(stream.ended);
      }
    }
    return null;
  }

  private checkAlive(): void {
    const silentMs = this.silence.look();
    if (!this.joined || silentMs < SILENT_MS_MAX || !this.consumer) return;
    this.reopen(this.consumer, new Error(`no fetch for ${SILENT_MS_MAX} ms`));
  }

  private reopen(consumer: Consumer, cause: Error): void {
    if (consumer !== this.consumer || this.stopped.signal.aborted) return;
    logger.warn({ err: cause, topics: this.options.topics }, 'the consumer stopped, making a new one');
    this.joined = false;
    this.lastError = cause.message;
    const former = this.opening ?? Promise.resolve();
    this.opening = former
      .then(() => this.closeConsumer())
      .then(() => this.reopenBackOff.wait(this.stopped.signal))
      .then(() => this.openUntilItWorks());
  }

  private async closeConsumer(): Promise<void> {
    const consumer = this.consumer;
    this.consumer = null;
    this.joined = false;
    if (!consumer) return;
    const timedOut = (): Error => new Error(`disconnecting took longer than ${DISCONNECT_MS_MAX} ms`);
    await bounded(consumer.disconnect(), DISCONNECT_MS_MAX, timedOut).catch((error: unknown) =>
      logger.warn({ err: error }, 'a consumer did not disconnect cleanly'),
    );
  }
}

function keyOf(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}
