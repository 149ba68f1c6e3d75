import type { Kafka, KafkaMessage } from 'kafkajs';
import { createLogger } from '@icmp-mon/platform/ops';
import { BackOff, pause } from '@icmp-mon/platform/concurrency';
import type { ClusterAdmin } from './cluster-admin';
import { type ConsumerOffset, FenceLost, loadOffset, type OffsetKey } from './consumer-offsets';
import { type OutgoingMessage, receivedMessage } from './message';
import { LogOffsetOutOfBounds } from './messaging-errors';
import { consumerLag, skippedOffsets } from './messaging-metrics';
import { type Assignment, partitionKey } from './group-membership';
import { type BatchEffects, PartitionProgress, RETRY } from './partition-progress';
import type { PartitionStream } from './partition-stream';
import { PartitionedConsumer } from './partitioned-consumer';

export interface GroupConsumerOptions extends BatchEffects {
  /** Name of the group without the installation's prefix. */
  group: string;
  /** Logical topics. */
  topics: string[];
  /** Maximum messages per transaction. Default: 500. */
  batchMax?: number;
}

export interface GroupConsumerAccess {
  kafka: Kafka;
  admin: ClusterAdmin;
  fullName: (logical: string) => string;
  send: (logicalTopic: string, messages: OutgoingMessage[]) => Promise<void>;
}

/**
 * A crashed member blocks its partitions for this long. A member whose event loop stalls this long also loses its membership, and rejoining
 * costs more time than the stall.
 */
const SESSION_TIMEOUT_MS = 12_000;
const BATCH_MAX = 500;
/** Interval of the check whether an operator has moved an offset that is not in the log. */
const MOVED_LOOK_MS = 3_000;
const logger = createLogger('messaging');

/*
 * Group consumer: Kafka assigns partitions to the members of a group; PostgreSQL stores the offsets.
 *
 *   Kafka group ─assignment─▶ PartitionedConsumer ─▶ PartitionStream ─batch─▶ one transaction:
 *                                                                             1. advance consumer_offset (compare-and-set)
 *                                                                             2. handle(sql, messages)
 *
 * Invariants:
 * - Atomicity: the effect of a batch and the group's next offset commit in one transaction. Offsets are never committed to Kafka.
 * - Fencing: the offset advances only from the value that this member stored last. A former owner of the partition finds another value
 *   (`FenceLost`), writes nothing, and continues from the stored offset.
 * - Order: batches of one partition are handled one after the other.
 * - Deduplication: the relay publishes at least once. An event whose position is not above the partition's stored relay position is dropped.
 * - No loss: a batch that fails for a transient reason (`mayPass`) is retried until it succeeds. Any other failing batch is bisected until the
 *   failing message is alone; that message goes to `<topic>.dlq` (immediately if `isPoison`, otherwise after 3 attempts), and its
 *   offset commits only after Kafka has acknowledged the dead letter.
 * - Lost offset: messages that retention deleted are skipped, counted and logged. An offset past the end of the log stops the partition
 *   until an operator moves it.
 */

/** A member of a consumer group whose offsets are stored in PostgreSQL. */
export class GroupConsumer {
  private readonly consumer: PartitionedConsumer;
  private readonly logicalOf: Map<string, string>;
  private readonly failures = new Map<string, string>();
  /** Ends with this assignment: partitions of it that are still starting are not started. */
  private generation = new AbortController();
  private takingOver: Promise<void> = Promise.resolve();

  constructor(
    private readonly access: GroupConsumerAccess,
    private readonly options: GroupConsumerOptions,
  ) {
    this.logicalOf = new Map(options.topics.map((logical) => [access.fullName(logical), logical]));
    const groupId = access.fullName(options.group);
    this.consumer = new PartitionedConsumer(access.kafka, {
      groupId: () => groupId,
      topics: [...this.logicalOf.keys()],
      sessionTimeoutMs: SESSION_TIMEOUT_MS,
      onJoined: (assignment) => this.onJoined(assignment),
      bounds: (topic, partition) => access.admin.partitionBounds(topic, partition),
      onOutOfBounds: (stream, bounds) => {
        if (stream.nextOffset > bounds.high) {
          stream.failStream(new LogOffsetOutOfBounds(stream.topic, stream.partition, stream.nextOffset, bounds));
        } else this.skipDeleted(stream, bounds.low);
      },
    });
  }

  start(): void {
    this.consumer.start();
  }

  /** Null while the group consumes; otherwise the reason why it does not. */
  get trouble(): string | null {
    return this.consumer.trouble ?? [...this.failures.values()][0] ?? null;
  }

  /** Stops after the transaction in progress. */
  async stop(): Promise<void> {
    this.generation.abort();
    await this.consumer.stop();
    await this.takingOver;
  }

  private onJoined(assignment: Assignment): void {
    this.generation.abort();
    const generation = new AbortController();
    this.generation = generation;
    const ended = this.consumer.endAll();
    this.failures.clear();
    this.takingOver = ended.then(() => this.takeOver(assignment, generation.signal));
  }

  private async takeOver(assignment: Assignment, generation: AbortSignal): Promise<void> {
    const begun = Object.entries(assignment).flatMap(([topic, partitions]) =>
      partitions.map((partition) => this.beginPartition(topic, partition, generation)),
    );
    await Promise.all(begun);
  }

  private async beginPartition(topic: string, partition: number, generation: AbortSignal): Promise<void> {
    const key: OffsetKey = { group: this.options.group, topic, partition };
    const offset = await this.loadUntilKnown(key, generation);
    if (!offset || generation.aborted) return;
    const logical = this.logicalOf.get(topic) ?? topic;
    const progress = new PartitionProgress(key, logical, offset, this.options, this.access.send);
    this.consumer.beginStream(topic, partition, offset.nextOffset, {
      batchMax: this.options.batchMax ?? BATCH_MAX,
      handle: (messages, stream) => this.handleBatch(progress, messages, stream),
      onFailed: (error) => this.onFailed(progress, error),
    });
  }

  private async loadUntilKnown(key: OffsetKey, ended: AbortSignal): Promise<ConsumerOffset | null> {
    const backOff = new BackOff(RETRY);
    while (!ended.aborted) {
      try {
        return await this.options.database.transaction((sql) => loadOffset(sql, key));
      } catch (error) {
        logger.warn({ err: error, ...key }, 'reading the offset of a consumer group failed, retrying');
        await backOff.waitAfterFailure(ended);
      }
    }
    return null;
  }

  private onFailed({ key, offset }: PartitionProgress, error: unknown): void {
    const detail = error instanceof Error ? error.message : String(error);
    this.failures.set(
      partitionKey(key.topic, key.partition),
      `${detail} Continue from what the log contains: npm run icmpmon -- shards adopt (sets next_offset of group "${key.group}" in ` +
        'table consumer_offset).',
    );
    logger.error({ err: error, ...key }, 'consumer group stopped reading a partition');
    void this.goOnWhenMoved(key, offset.nextOffset, this.generation.signal);
  }

  /** Resumes the partition as soon as an operator has set its offset to another value. */
  private async goOnWhenMoved(key: OffsetKey, failedAt: number, generation: AbortSignal): Promise<void> {
    for (;;) {
      await pause(MOVED_LOOK_MS, generation);
      const offset = generation.aborted ? null : await this.loadUntilKnown(key, generation);
      if (!offset) return;
      if (offset.nextOffset === failedAt) continue;
      this.failures.delete(partitionKey(key.topic, key.partition));
      return this.beginPartition(key.topic, key.partition, generation);
    }
  }

  private skipDeleted(stream: PartitionStream, low: number): void {
    const count = low - stream.nextOffset;
    skippedOffsets.inc({ group: this.options.group, topic: this.logicalOf.get(stream.topic) ?? stream.topic }, count);
    logger.error(
      { group: this.options.group, topic: stream.topic, partition: stream.partition, count },
      'messages skipped: retention deleted them before they were handled',
    );
    stream.restartAt(low);
  }

  private async handleBatch(progress: PartitionProgress, raw: KafkaMessage[], stream: PartitionStream): Promise<void> {
    const messages = raw.map((message) => receivedMessage(message, progress.logical, progress.key.partition));
    try {
      await progress.applyMessages(messages, stream);
      const { group, partition } = progress.key;
      const lag = Math.max(0, stream.highWatermark - progress.offset.nextOffset);
      consumerLag.set({ group, topic: progress.logical, partition }, lag);
    } catch (error) {
      if (!(error instanceof FenceLost)) throw error;
      logger.warn(
        { ...progress.key, err: error },
        'fence lost: another consumer moved the offset; continuing from the stored offset',
      );
      const offset = await this.loadUntilKnown(progress.key, stream.ended);
      if (!offset) return;
      progress.offset = offset;
      stream.restartAt(offset.nextOffset);
    }
  }
}
