import { randomUUID } from 'node:crypto';
import type { Kafka, KafkaMessage } from 'kafkajs';
import { createLogger } from '@icmp-mon/platform/ops';
import type { ClusterAdmin } from './cluster-admin';
import { type LogBounds, LogOffsetOutOfBounds } from './messaging-errors';
import { PartitionedConsumer } from './partitioned-consumer';

/** One record of a partition. */
export interface LogRecord {
  offset: number;
  timestampMs: number;
  value: Buffer;
}

/** Reads the partitions of one topic from offsets that the caller stores. Every reader can read every partition. */
export interface LogReader {
  readonly partitionCount: number;
  logBounds(partition: number): Promise<LogBounds>;
  /**
   * Delivers the records of a partition from `fromOffset` on, each once and in order. Resolves when the offset was found in the log;
   * rejects with `LogOffsetOutOfBounds` otherwise. `onRecords` is awaited: meanwhile further records of this partition queue up to a
   * limit, and other partitions continue. When `onRecords` rejects, or retention overtakes the reader, following ends and `onFailed` is
   * called once.
   */
  followPartition(
    partition: number,
    fromOffset: number,
    onRecords: (records: LogRecord[]) => Promise<void>,
    onFailed?: (error: unknown) => void,
  ): Promise<void>;
  /** Resolves when `onRecords` is no longer running and will not be called again. Do not await it inside `onRecords`. */
  unfollowPartition(partition: number): Promise<void>;
  close(): Promise<void>;
}

export interface LogReaderOptions {
  /** Maximum records per call of `onRecords`. Default: 500. */
  batchMax?: number;
}

const SESSION_TIMEOUT_MS = 30_000;
const BATCH_MAX = 500;
const EMPTY = Buffer.alloc(0);
const logger = createLogger('messaging');

/**
 * A log reader that is the only member of a consumer group. The group id is new for each consumer: the remaining member of a former process
 * would delay the first fetch by its session timeout. Offsets are never committed to Kafka.
 */
export class GroupOfOneLogReader implements LogReader {
  private readonly consumer: PartitionedConsumer;
  private groupId: string | null = null;

  constructor(
    kafka: Kafka,
    private readonly admin: ClusterAdmin,
    private readonly topic: string,
    readonly partitionCount: number,
    private readonly options: LogReaderOptions,
    private readonly onClosed: () => void,
  ) {
    this.consumer = new PartitionedConsumer(kafka, {
      groupId: () => this.freshGroupId(),
      topics: [topic],
      sessionTimeoutMs: SESSION_TIMEOUT_MS,
      onJoined: () => undefined,
      bounds: (name, partition) => admin.partitionBounds(name, partition),
      onOutOfBounds: (stream, bounds) =>
        stream.failStream(new LogOffsetOutOfBounds(stream.topic, stream.partition, stream.nextOffset, bounds)),
    });
    this.consumer.start();
  }

  /** Null while fetching; otherwise the reason why not. */
  get trouble(): string | null {
    return this.consumer.trouble;
  }

  logBounds(partition: number): Promise<LogBounds> {
    return this.admin.partitionBounds(this.topic, partition);
  }

  async followPartition(
    partition: number,
    fromOffset: number,
    onRecords: (records: LogRecord[]) => Promise<void>,
    onFailed: (error: unknown) => void = (error) =>
      logger.error({ err: error, topic: this.topic, partition }, 'reader stopped following a partition'),
  ): Promise<void> {
    const bounds = await this.logBounds(partition);
    if (fromOffset < bounds.low || fromOffset > bounds.high) {
      throw new LogOffsetOutOfBounds(this.topic, partition, fromOffset, bounds);
    }
    this.consumer.beginStream(this.topic, partition, fromOffset, {
      batchMax: this.options.batchMax ?? BATCH_MAX,
      handle: (messages) => onRecords(messages.map(toRecord)),
      onFailed: onFailed,
    });
  }

  unfollowPartition(partition: number): Promise<void> {
    return this.consumer.endStream(this.topic, partition);
  }

  async close(): Promise<void> {
    await this.consumer.stop();
    this.onClosed();
    const last = this.groupId;
    if (last === null) return;
    // Kafka deletes a group without members and offsets by itself, but later.
    await this.admin
      .runRequest((admin) => admin.deleteGroups([last]))
      .catch((error: unknown) =>
        logger.debug({ err: error }, 'deleting the reader group failed; Kafka will expire it'),
      );
  }

  private freshGroupId(): string {
    const id = `${this.topic}.reader.${randomUUID()}`;
    this.groupId = id;
    return id;
  }
}

function toRecord(message: KafkaMessage): LogRecord {
  return { offset: Number(message.offset), timestampMs: Number(message.timestamp), value: message.value ?? EMPTY };
}
