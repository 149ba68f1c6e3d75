import { randomUUID } from 'node:crypto';
import type { Kafka, KafkaMessage } from 'kafkajs';
import { createLogger } from '@icmp-mon/platform/ops';
import type { ClusterAdmin } from './cluster-admin';
import { type LogBounds, LogPositionOutOfBounds } from './messaging-errors';
import { PartitionedConsumer } from './partitioned-consumer';

/** A record of a partition's log. */
export interface LogRecord {
  offset: number;
  timestampMs: number;
  value: Buffer;
}

/** Reads partitions of one topic from positions that the caller keeps; every reader sees every partition. */
export interface LogReader {
  readonly partitionCount: number;
  bounds(partition: number): Promise<LogBounds>;
  /**
   * Hands over the partition's records from `fromOffset` on, each once and in order; resolves when the position was found in the
   * log, else rejects with `LogPositionOutOfBounds`. `onRecords` is awaited: meanwhile the partition's next records queue
   * up to a bound, and other partitions go on. When it rejects, or retention overtakes the reader, following ends and
   * `onFailed` is called once.
   */
  follow(
    partition: number,
    fromOffset: number,
    onRecords: (records: LogRecord[]) => Promise<void>,
    onFailed?: (error: unknown) => void,
  ): Promise<void>;
  /** Resolves when `onRecords` is no longer running and will not be called again. Not to be awaited inside it. */
  unfollow(partition: number): Promise<void>;
  close(): Promise<void>;
}

export interface LogReaderOptions {
  /** Records handed over at once, 500 unless said. */
  batchMax?: number;
}

const SESSION_TIMEOUT_MS = 30_000;
const BATCH_MAX = 500;
const EMPTY = Buffer.alloc(0);
const logger = createLogger('messaging');

/**
 * A group of one with a fresh id each time: a group that a former process left behind would delay the first fetch by its
 * session timeout. Positions are never committed to Kafka.
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
      bounds: (name, partition) => admin.bounds(name, partition),
      onOutOfBounds: (stream, bounds) =>
        stream.fail(new LogPositionOutOfBounds(stream.topic, stream.partition, stream.nextOffset, bounds)),
    });
    this.consumer.start();
  }

  /** Null while fetching; else why not. */
  get trouble(): string | null {
    return this.consumer.trouble;
  }

  bounds(partition: number): Promise<LogBounds> {
    return this.admin.bounds(this.topic, partition);
  }

  async follow(
    partition: number,
    fromOffset: number,
    onRecords: (records: LogRecord[]) => Promise<void>,
    onFailed: (error: unknown) => void = (error) =>
      logger.error({ err: error, topic: this.topic, partition }, 'following a partition ended'),
  ): Promise<void> {
    const bounds = await this.bounds(partition);
    if (fromOffset < bounds.low || fromOffset > bounds.high) {
      throw new LogPositionOutOfBounds(this.topic, partition, fromOffset, bounds);
    }
    this.consumer.begin(this.topic, partition, fromOffset, {
      batchMax: this.options.batchMax ?? BATCH_MAX,
      handle: (messages) => onRecords(messages.map(toRecord)),
      failed: onFailed,
    });
  }

  unfollow(partition: number): Promise<void> {
    return this.consumer.end(this.topic, partition);
  }

  async close(): Promise<void> {
    await this.consumer.stop();
    this.onClosed();
    const last = this.groupId;
    if (last === null) return;
    // A group without members and offsets goes away by itself, only later.
    await this.admin
      .run((admin) => admin.deleteGroups([last]))
      .catch((error: unknown) => logger.debug({ err: error }, 'the reader left its group to expire'));
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
