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
  /** Called for each new kafkajs consumer. */
  groupId: () => string;
  /** Full topic names. */
  topics: string[];
  sessionTimeoutMs: number;
  /** Called synchronously inside GROUP_JOIN of kafkajs, after all partitions were paused. Streams may begin from then on. */
  onJoined: (assignment: Assignment) => void;
  bounds: (topic: string, partition: number) => Promise<LogBounds>;
  /** Called when a stream's next offset is not in the log. Ends the stream (`fail`) or continues elsewhere (`restartAt`). */
  onOutOfBounds: (stream: PartitionStream, bounds: LogBounds) => void;
}

const MAX_WAIT_MS = 250;
const PARTITION_BYTES_MAX = 1024 * 1024;
/** kafkajs decodes the response of one fetch in one turn of the event loop: about 100 ms for this many bytes of small messages. */
const FETCH_BYTES_MAX = 2 * 1024 * 1024;
const REOPEN: BackOffOptions = { firstMs: 250, maxMs: 1_000 };
/** kafkajs fetches four times per second when idle. A consumer without a fetch for this long hangs and is replaced. */
const SILENT_MS_MAX = 30_000;
const WATCH_EVERY_MS = 5_000;
const DISCONNECT_MS_MAX = 5_000;
const logger = createLogger('messaging');

/*
 * Partitioned consumer: a kafkajs consumer as the source of partition streams whose offsets the caller owns.
 *
 * Invariants:
 * - Offsets: kafkajs never delivers from an offset that it chose itself. All partitions are paused inside GROUP_JOIN, before any await, and
 *   `resume` first seeks to the stream's own next offset.
 * - Heartbeats: `eachBatch` only queues messages and returns, so a slow handler delays neither heartbeats nor other partitions.
 * - Gaps: kafkajs silently resets an offset that is not in the log, and may deliver messages fetched before a seek. A batch that begins above
 *   the stream's next offset is therefore accepted only after a check against the bounds of the log (`lookInto`).
 * - Recovery: a kafkajs consumer that crashes, or does not fetch for `SILENT_MS_MAX`, is replaced by a new one (kafkajs's own restart keeps
 *   stale state). Streams survive it and continue at their next offset.
 */

/** A kafkajs consumer as the source of partition streams whose offsets the caller owns. */
export class PartitionedConsumer implements StreamFlow {
  private readonly streams = new Map<string, PartitionStream>();
  private readonly looksInto = new Set<PartitionStream>();
  private consumer: Consumer | null = null;
  private assigned = new Set<string>();
  private joined = false;
  /** Group membership of the last consumer. */
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

  /** Null while joined and fetching; otherwise the reason why not. */
  get trouble(): string | null {
    return this.joined ? null : this.lastError;
  }

  /** Begins a stream of the partition at `offset`. Throws while the partition has a stream that has not ended. */
  begin(topic: string, partition: number, offset: number, handler: StreamHandler): PartitionStream {
    const key = keyOf(topic, partition);
    if (this.streams.get(key)?.closed === false) throw new Error(`${key} is already being read: end that stream first`);
    const stream = new PartitionStream(topic, partition, offset, handler, this);
    this.streams.set(key, stream);
    this.resume(stream);
    return stream;
  }

  /** Ends the partition's stream if there is one, and waits for its handler. */
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
    // A consumer that is still connecting closes itself afterwards; the process does not have to wait for it.
    const stillOpening = (): Error => new Error('the consumer was still connecting');
    await bounded(this.opening ?? Promise.resolve(), DISCONNECT_MS_MAX, stillOpening).catch((error: unknown) =>
      logger.warn({ err: error }, 'consumer stopped while it was still connecting'),
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
        logger.warn({ err: error, topics: this.options.topics }, 'consumer could not start, retrying');
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
      // A crash is handled here by a new consumer: kafkajs restarts only after some errors, and keeps stale state.
      retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 5, restartOnFailure: () => Promise.resolve(false) },
    });
    this.consumer = consumer;
    this.silence = new Silence(WATCH_EVERY_MS);
    consumer.on(consumer.events.GROUP_JOIN, (event) => this.onGroupJoin(consumer, event));
    consumer.on(consumer.events.FETCH, () => {
      this.silence.broken();
    });
    // After STOP, kafkajs throws on pause and seek.
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

  /** Ends the membership of the former consumer: it cannot leave the group if it lost its broker, and `disconnect` does not report that. */
  private async endFormerMember(): Promise<void> {
    const former = this.member;
    this.member = null;
    if (former === null) return;
    await leaveGroup(this.kafka, former).catch((error: unknown) =>
      logger.warn(
        { err: error, ...former },
        'the former member could not leave its group: the group waits for its session timeout',
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
   * Checks a gap against the bounds of the log. If the stream's offset is inside them, the consumer seeks to it again; a gap that is still
   * there is real (compaction). Otherwise `onOutOfBounds` decides.
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
          'reading the bounds of a partition failed, retrying',
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
    logger.warn({ err: cause, topics: this.options.topics }, 'consumer failed, replacing it by a new one');
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
    const timedOut = (): Error => new Error(`disconnect took longer than ${DISCONNECT_MS_MAX} ms`);
    await bounded(consumer.disconnect(), DISCONNECT_MS_MAX, timedOut).catch((error: unknown) =>
      logger.warn({ err: error }, 'consumer did not disconnect cleanly'),
    );
  }
}

function keyOf(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}
