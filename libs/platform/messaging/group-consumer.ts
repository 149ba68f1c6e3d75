import type { Kafka, KafkaMessage } from 'kafkajs';
import type { Sql, Transactor } from '@icmp-mon/platform/database';
import { createLogger } from '@icmp-mon/platform/ops';
import { BackOff, pause } from '@icmp-mon/platform/concurrency';
import type { ClusterAdmin } from './cluster-admin';
import { eventPosition } from './cloud-event';
import { type ConsumerOffset, FenceLost, loadOffset, moveOffset, type OffsetKey } from './consumer-offsets';
import { DEAD_LETTER_SUFFIX, REPLAY_FOR_GROUP, deadLetter } from './dead-letters';
import { isPoison, mayPass } from './failure-kinds';
import { type OutgoingMessage, type ReceivedMessage, receivedMessage } from './message';
import { LogOffsetOutOfBounds, PoisonError } from './messaging-errors';
import { consumedMessages, consumerLag, deadLetters, repeatedMessages, skippedOffsets } from './messaging-metrics';
import type { PartitionStream } from './partition-stream';
import { type Assignment, PartitionedConsumer } from './partitioned-consumer';

export interface GroupConsumerOptions {
  /** Name of the group without the installation's prefix. */
  group: string;
  /** Logical topics. */
  topics: string[];
  /** The database that `handle` writes to. It also stores the group's offsets. */
  database: Transactor;
  /**
   * Writes the effect of the messages in the transaction of `sql`, which also advances the group's offset. `messages` are of one partition,
   * in order. May be called again with the same messages after an error, never after a commit.
   * @throws PoisonError for a message that can never be handled
   * @throws RetriableError while a dependency is unavailable
   */
  handle: (sql: Sql, messages: ReceivedMessage[]) => Promise<void>;
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
const RETRY = { firstMs: 200, maxMs: 10_000 };
/** Interval of the check whether an operator has moved an offset that is not in the log. */
const MOVED_LOOK_MS = 3_000;
/** Attempts for a single message that fails for an unknown reason, before it becomes a dead letter. */
const TRIES_MAX = 3;
const logger = createLogger('messaging');

/** State of one partition between two transactions. */
interface PartitionProgress {
  key: OffsetKey;
  logical: string;
  offset: ConsumerOffset;
}

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
 *   failing message is alone; that message goes to `<topic>.dlq` (immediately if `isPoison`, otherwise after `TRIES_MAX` attempts), and its
 *   offset commits only after Kafka has acknowledged the dead letter.
 * - Lost offset: messages that retention deleted are skipped, counted and logged. An offset past the end of the log stops the partition
 *   until an operator moves it.
 */

/** A member of a consumer group whose offsets are stored in PostgreSQL. */
export class GroupConsumer {
  private readonly consumer: PartitionedConsumer;
  private readonly logicalOf: Map<string, string>;
  private readonly failures = new Map<string, string>();
  /** Aborted at the next assignment, which cancels the start of partitions of this one. */
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
      bounds: (topic, partition) => access.admin.bounds(topic, partition),
      onOutOfBounds: (stream, bounds) => {
        if (stream.nextOffset > bounds.high) {
          stream.fail(new LogOffsetOutOfBounds(stream.topic, stream.partition, stream.nextOffset, bounds));
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
    const partitions = Object.entries(assignment).flatMap(([topic, numbers]) =>
      numbers.map((partition) => ({ topic, partition })),
    );
    await Promise.all(partitions.map(({ topic, partition }) => this.begin(topic, partition, generation)));
  }

  private async begin(topic: string, partition: number, generation: AbortSignal): Promise<void> {
    const key: OffsetKey = { group: this.options.group, topic, partition };
    const offset = await this.loadUntilKnown(key, generation);
    if (!offset || generation.aborted) return;
    const progress: PartitionProgress = { key, logical: this.logicalOf.get(topic) ?? topic, offset };
    this.consumer.begin(topic, partition, offset.nextOffset, {
      batchMax: this.options.batchMax ?? BATCH_MAX,
      handle: (messages, stream) => this.handleBatch(progress, messages, stream),
      failed: (error) => this.onFailed(progress, error),
    });
  }

  private async loadUntilKnown(key: OffsetKey, ended: AbortSignal): Promise<ConsumerOffset | null> {
    const backOff = new BackOff(RETRY);
    while (!ended.aborted) {
      try {
        return await this.options.database.transaction((sql) => loadOffset(sql, key));
      } catch (error) {
        logger.warn({ err: error, ...key }, 'reading the offset of a consumer group failed, retrying');
        await backOff.wait(ended);
      }
    }
    return null;
  }

  private onFailed({ key, offset }: PartitionProgress, error: unknown): void {
    const detail = error instanceof Error ? error.message : String(error);
    this.failures.set(
      `${key.topic}/${key.partition}`,
      `${detail} Continue from what the log holds: npm run icmpmon -- shards adopt (sets next_offset of group "${key.group}" in ` +
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
      this.failures.delete(`${key.topic}/${key.partition}`);
      return this.begin(key.topic, key.partition, generation);
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
      await this.apply(progress, messages, stream);
      const { group, partition } = progress.key;
      consumerLag.set(
        { group, topic: progress.logical, partition },
        Math.max(0, stream.highWatermark - progress.offset.nextOffset),
      );
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

  /** Commits the messages in one transaction, bisects them after a failure, and dead-letters messages that cannot be handled. */
  private async apply(
    progress: PartitionProgress,
    messages: ReceivedMessage[],
    stream: PartitionStream,
  ): Promise<void> {
    const backOff = new BackOff(RETRY);
    let tries = 0;
    while (!stream.closed) {
      try {
        await this.commit(progress, messages);
        return;
      } catch (error) {
        if (error instanceof FenceLost) throw error;
        if (mayPass(error)) {
          logger.warn({ ...progress.key, err: error }, 'batch failed for a transient reason, retrying');
          await backOff.wait(stream.ended);
        } else if (messages.length > 1) {
          // Finding one failing message among 500 takes about 18 transactions, and the other messages wait for no back-off.
          const half = messages.length >> 1;
          await this.apply(progress, messages.slice(0, half), stream);
          await this.apply(progress, messages.slice(half), stream);
          return;
        } else if (isPoison(error) || ++tries >= TRIES_MAX) {
          await this.setAside(progress, messages, error, stream);
          return;
        } else await backOff.wait(stream.ended);
      }
    }
  }

  private async commit(progress: PartitionProgress, messages: ReceivedMessage[], handled = true): Promise<void> {
    const last = messages.at(-1);
    if (!last) return;
    const { fresh, relayPosition } = this.withoutRepeats(progress, messages);
    const next: ConsumerOffset = { nextOffset: last.offset + 1, relayPosition };
    await this.options.database.transaction(async (sql) => {
      await moveOffset(sql, progress.key, progress.offset, next);
      if (handled && fresh.length > 0) await this.options.handle(sql, fresh);
    });
    progress.offset = next;
    consumedMessages.inc({ group: this.options.group, topic: progress.logical }, messages.length);
  }

  /** Drops events that the relay published again, by their position, and messages replayed for another group. */
  private withoutRepeats(
    progress: PartitionProgress,
    messages: ReceivedMessage[],
  ): { fresh: ReceivedMessage[]; relayPosition: number } {
    let { relayPosition } = progress.offset;
    const fresh = messages.filter((message) => {
      const replayFor = message.headers[REPLAY_FOR_GROUP];
      if (replayFor !== undefined) return replayFor === this.options.group;
      const eventAt = positionOrNull(message);
      if (eventAt === null) return true;
      if (eventAt <= relayPosition) return false;
      relayPosition = eventAt;
      return true;
    });
    const repeats = messages.length - fresh.length;
    if (repeats > 0) repeatedMessages.inc({ group: this.options.group, topic: progress.logical }, repeats);
    return { fresh, relayPosition };
  }

  private async setAside(
    progress: PartitionProgress,
    messages: ReceivedMessage[],
    cause: unknown,
    stream: PartitionStream,
  ): Promise<void> {
    const backOff = new BackOff(RETRY);
    const letters = messages.map((message) => deadLetter(message, this.options.group, cause, new Date()));
    let sent = false;
    while (!stream.closed) {
      try {
        if (!sent) await this.access.send(`${progress.logical}${DEAD_LETTER_SUFFIX}`, letters);
        sent = true;
        await this.commit(progress, messages, false);
        deadLetters.inc({ group: this.options.group, topic: progress.logical }, messages.length);
        logger.error(
          { ...progress.key, offset: messages[0]?.offset, err: cause },
          'message sent to the dead letter topic',
        );
        return;
      } catch (error) {
        if (error instanceof FenceLost) throw error;
        logger.warn({ ...progress.key, err: error }, 'writing a dead letter failed, retrying');
        await backOff.wait(stream.ended);
      }
    }
  }
}

/** Returns the event's position, or null. A malformed one is null too: the handler refuses it when it reads the event. */
function positionOrNull(message: ReceivedMessage): number | null {
  try {
    return eventPosition(message.headers);
  } catch (error) {
    if (error instanceof PoisonError) return null;
    throw error;
  }
}
