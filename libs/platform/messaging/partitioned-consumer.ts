import type { Batch, Kafka } from 'kafkajs';
import { createLogger } from '@icmp-mon/platform/ops';
import { BackOff, type BackOffOptions } from '@icmp-mon/platform/concurrency';
import { type Assignment, GroupMembership, type GroupMembershipOptions, partitionKey } from './group-membership';
import type { LogBounds } from './messaging-errors';
import { PartitionStream, type StreamFlow, type StreamHandler } from './partition-stream';

export interface PartitionedConsumerOptions extends Omit<GroupMembershipOptions, 'onBatch'> {
  /** Called synchronously inside GROUP_JOIN of kafkajs, after all partitions were paused. Streams may begin from then on. */
  onJoined: (assignment: Assignment) => void;
  bounds: (topic: string, partition: number) => Promise<LogBounds>;
  /** Called when a stream's next offset is not in the log. Ends the stream (`fail`) or continues elsewhere (`restartAt`). */
  onOutOfBounds: (stream: PartitionStream, bounds: LogBounds) => void;
}

const BOUNDS_RETRY: BackOffOptions = { firstMs: 250, maxMs: 1_000 };
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
 * - Recovery: a kafkajs consumer that crashes or hangs is replaced by a new one (`GroupMembership`; kafkajs's own restart keeps stale state).
 *   Streams survive it and continue at their next offset.
 */

/** A kafkajs consumer as the source of partition streams whose offsets the caller owns. */
export class PartitionedConsumer implements StreamFlow {
  private readonly streams = new Map<string, PartitionStream>();
  private readonly looksInto = new Set<PartitionStream>();
  private readonly membership: GroupMembership;

  constructor(
    kafka: Kafka,
    private readonly options: PartitionedConsumerOptions,
  ) {
    this.membership = new GroupMembership(kafka, {
      ...options,
      onJoined: (assignment) => this.onJoined(assignment),
      onBatch: (batch) => this.onBatch(batch),
    });
  }

  start(): void {
    this.membership.start();
  }

  /** Null while joined and fetching; otherwise the reason why not. */
  get trouble(): string | null {
    return this.membership.trouble;
  }

  /** Begins a stream of the partition at `offset`. Throws while the partition has a stream that has not ended. */
  beginStream(topic: string, partition: number, offset: number, handler: StreamHandler): PartitionStream {
    const key = partitionKey(topic, partition);
    if (this.streams.get(key)?.closed === false) throw new Error(`${key} is already being read: end that stream first`);
    const stream = new PartitionStream(topic, partition, offset, handler, this);
    this.streams.set(key, stream);
    this.resumeStream(stream);
    return stream;
  }

  /** Ends the partition's stream if there is one, and waits for its handler. */
  async endStream(topic: string, partition: number): Promise<void> {
    const key = partitionKey(topic, partition);
    const stream = this.streams.get(key);
    if (!stream) return;
    this.streams.delete(key);
    this.pauseStream(stream);
    await stream.close();
  }

  async endAll(): Promise<void> {
    await Promise.all([...this.streams.values()].map((stream) => this.endStream(stream.topic, stream.partition)));
  }

  async stop(): Promise<void> {
    await this.membership.stop(() => this.endAll());
  }

  pauseStream(stream: PartitionStream): void {
    this.membership.pausePartition(stream);
  }

  resumeStream(stream: PartitionStream): void {
    if (stream.wantsMessages && !this.looksInto.has(stream)) this.membership.resumeAt(stream, stream.nextOffset);
  }

  private onJoined(assignment: Assignment): void {
    for (const stream of this.streams.values()) this.resumeStream(stream);
    this.options.onJoined(assignment);
  }

  private onBatch(batch: Batch): void {
    const stream = this.streams.get(partitionKey(batch.topic, batch.partition));
    const first = batch.messages[0];
    if (!stream || !first || this.looksInto.has(stream)) return;
    stream.highWatermark = Number(batch.highWatermark);
    const isGap = Number(first.offset) > stream.nextOffset && stream.gapAcceptedAt !== stream.nextOffset;
    if (isGap || stream.highWatermark < stream.nextOffset) void this.lookInto(stream);
    else stream.queueMessages(batch.messages);
  }

  /**
   * Checks a gap against the bounds of the log. If the stream's offset is inside them, the consumer seeks to it again; a gap that is still
   * there is real (compaction). Otherwise `onOutOfBounds` decides.
   */
  private async lookInto(stream: PartitionStream): Promise<void> {
    this.looksInto.add(stream);
    this.pauseStream(stream);
    try {
      const bounds = await this.boundsUntilKnown(stream);
      if (!bounds || stream.closed) return;
      if (stream.nextOffset < bounds.low || stream.nextOffset > bounds.high) this.options.onOutOfBounds(stream, bounds);
      else stream.gapAcceptedAt = stream.nextOffset;
    } finally {
      this.looksInto.delete(stream);
      this.resumeStream(stream);
    }
  }

  private async boundsUntilKnown(stream: PartitionStream): Promise<LogBounds | null> {
    const backOff = new BackOff(BOUNDS_RETRY);
    while (!stream.closed && !this.membership.stopped.aborted) {
      try {
        return await this.options.bounds(stream.topic, stream.partition);
      } catch (error) {
        logger.warn(
          { err: error, topic: stream.topic, partition: stream.partition },
          'reading the bounds of a partition failed, retrying',
        );
        await backOff.waitAfterFailure(stream.ended);
      }
    }
    return null;
  }
}
