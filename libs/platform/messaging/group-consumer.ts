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
import { LogPositionOutOfBounds, PoisonError } from './messaging-errors';
import { consumedMessages, consumerLag, deadLetters, repeatedMessages, skippedOffsets } from './messaging-metrics';
import type { PartitionStream } from './partition-stream';
import { type Assignment, PartitionedConsumer } from './partitioned-consumer';

export interface GroupConsumerOptions {
  /** Name of the group without the prefix. */
  group: string;
  /** Logical topics. */
  topics: string[];
  /** The database that the effects go to; the group's offsets live beside them. */
  database: Transactor;
  /**
   * Writes the messages' effect by `sql`, whose transaction also moves the group's offset. Throws `PoisonError` for a message
   * that can never be handled, `RetriableError` while something is away. May see messages again after an error, never
   * after a commit. `messages` come from one partition, in order.
   */
  handle: (sql: Sql, messages: ReceivedMessage[]) => Promise<void>;
  /** Messages in one transaction, 500 unless said. */
  batchMax?: number;
}

export interface GroupConsumerAccess {
  kafka: Kafka;
  admin: ClusterAdmin;
  fullName: (logical: string) => string;
  send: (logicalTopic: string, messages: OutgoingMessage[]) => Promise<void>;
}

/**
 * A killed member keeps its partitions from the others for this long; one whose event loop stands for this long is taken for dead, and
 * joining again costs more than what it waited for.
 */
const SESSION_TIMEOUT_MS = 12_000;
const BATCH_MAX = 500;
const RETRY = { firstMs: 200, maxMs: 10_000 };
/** How often to look whether somebody has moved a position that the log does not hold. */
const MOVED_LOOK_MS = 3_000;
/** Tries of a single message that fails for no known reason, before it is set aside. */
const TRIES_MAX = 3;
const logger = createLogger('messaging');

/** What a partition's consumer keeps between two transactions. */
interface Position {
  key: OffsetKey;
  logical: string;
  offset: ConsumerOffset;
}

/**
 * A Kafka group that shares out partitions, while Postgres alone knows how far each was handled: the effect and the next
 * offset commit together, under a comparison that makes a former owner's write fail.
 */
export class GroupConsumer {
  private readonly consumer: PartitionedConsumer;
  private readonly logicalOf: Map<string, string>;
  private readonly failures = new Map<string, string>();
  /** Aborted when the next assignment comes: what still begins partitions of this one gives up. */
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
          stream.fail(new LogPositionOutOfBounds(stream.topic, stream.partition, stream.nextOffset, bounds));
        } else this.skipDeleted(stream, bounds.low);
      },
    });
  }

  start(): void {
    this.consumer.start();
  }

  /** Null while all is well; else what keeps the group from consuming. */
  get trouble(): string | null {
    return this.consumer.trouble ?? [...this.failures.values()][0] ?? null;
  }

  /** Ends after the transaction in progress. */
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
    const position: Position = { key, logical: this.logicalOf.get(topic) ?? topic, offset };
    this.consumer.begin(topic, partition, offset.nextOffset, {
      batchMax: this.options.batchMax ?? BATCH_MAX,
      handle: (messages, stream) => this.handleBatch(position, messages, stream),
      failed: (error) => this.onFailed(position, error),
    });
  }

  private async loadUntilKnown(key: OffsetKey, ended: AbortSignal): Promise<ConsumerOffset | null> {
    const backOff = new BackOff(RETRY);
    while (!ended.aborted) {
      try {
        return await this.options.database.transaction((sql) => loadOffset(sql, key));
      } catch (error) {
        logger.warn({ err: error, ...key }, 'cannot read the position of a group, trying again');
        await backOff.wait(ended);
      }
    }
    return null;
  }

  private onFailed({ key, offset }: Position, error: unknown): void {
    const detail = error instanceof Error ? error.message : String(error);
    this.failures.set(
      `${key.topic}/${key.partition}`,
      `${detail} Go on from what it holds: npm run icmpmon -- shards adopt (sets next_offset of group "${key.group}" in table ` +
        'consumer_offset).',
    );
    logger.error({ err: error, ...key }, 'a group has stopped reading a partition');
    void this.goOnWhenMoved(key, offset.nextOffset, this.generation.signal);
  }

  /** Reads on as soon as somebody has set the position to another offset. */
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
      'retention deleted messages before they were handled',
    );
    stream.restartAt(low);
  }

  private async handleBatch(position: Position, raw: KafkaMessage[], stream: PartitionStream): Promise<void> {
    const messages = raw.map((message) => receivedMessage(message, position.logical, position.key.partition));
    try {
      await this.apply(position, messages, stream);
      const { group, partition } = position.key;
      consumerLag.set(
        { group, topic: position.logical, partition },
        Math.max(0, stream.highWatermark - position.offset.nextOffset),
      );
    } catch (error) {
      if (!(error instanceof FenceLost)) throw error;
      logger.warn({ ...position.key, err: error }, 'another consumer moved the position, reading it again');
      const offset = await this.loadUntilKnown(position.key, stream.ended);
      if (!offset) return;
      position.offset = offset;
      stream.restartAt(offset.nextOffset);
    }
  }

  /** Commits the messages' effect together, after a failure by halves, and sets aside those that cannot be handled. */
  private async apply(position: Position, messages: ReceivedMessage[], stream: PartitionStream): Promise<void> {
    const backOff = new BackOff(RETRY);
    let tries = 0;
    while (!stream.closed) {
      try {
        await this.commit(position, messages);
        return;
      } catch (error) {
        if (error instanceof FenceLost) throw error;
        if (mayPass(error)) {
          logger.warn({ ...position.key, err: error }, 'a batch must wait');
          await backOff.wait(stream.ended);
        } else if (messages.length > 1) {
          // One message in five hundred costs nine more transactions, and delays its neighbours by no pause.
          const half = messages.length >> 1;
          await this.apply(position, messages.slice(0, half), stream);
          await this.apply(position, messages.slice(half), stream);
          return;
        } else if (isPoison(error) || ++tries >= TRIES_MAX) {
          await this.setAside(position, messages, error, stream);
          return;
        } else await backOff.wait(stream.ended);
      }
    }
  }

  private async commit(position: Position, messages: ReceivedMessage[], handled = true): Promise<void> {
    const last = messages.at(-1);
    if (!last) return;
    const { fresh, relayPosition } = this.withoutRepeats(position, messages);
    const next: ConsumerOffset = { nextOffset: last.offset + 1, relayPosition };
    await this.options.database.transaction(async (sql) => {
      await moveOffset(sql, position.key, position.offset, next);
      if (handled && fresh.length > 0) await this.options.handle(sql, fresh);
    });
    position.offset = next;
    consumedMessages.inc({ group: this.options.group, topic: position.logical }, messages.length);
  }

  /** The relay repeats what it is not sure to have published, in the order of the event store's positions. */
  private withoutRepeats(
    position: Position,
    messages: ReceivedMessage[],
  ): { fresh: ReceivedMessage[]; relayPosition: number } {
    let { relayPosition } = position.offset;
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
    if (repeats > 0) repeatedMessages.inc({ group: this.options.group, topic: position.logical }, repeats);
    return { fresh, relayPosition };
  }

  private async setAside(
    position: Position,
    messages: ReceivedMessage[],
    cause: unknown,
    stream: PartitionStream,
  ): Promise<void> {
    const backOff = new BackOff(RETRY);
    const letters = messages.map((message) => deadLetter(message, this.options.group, cause, new Date()));
    let sent = false;
    while (!stream.closed) {
      try {
        if (!sent) await this.access.send(`${position.logical}${DEAD_LETTER_SUFFIX}`, letters);
        sent = true;
        await this.commit(position, messages, false);
        deadLetters.inc({ group: this.options.group, topic: position.logical }, messages.length);
        logger.error(
          { ...position.key, offset: messages[0]?.offset, err: cause },
          'a message was set aside as a dead letter',
        );
        return;
      } catch (error) {
        if (error instanceof FenceLost) throw error;
        logger.warn({ ...position.key, err: error }, 'a dead letter must wait');
        await backOff.wait(stream.ended);
      }
    }
  }
}

/** A position that is no number is the handler's to refuse, by reading the event. */
function positionOrNull(message: ReceivedMessage): number | null {
  try {
    return eventPosition(message.headers);
  } catch (error) {
    if (error instanceof PoisonError) return null;
    throw error;
  }
}
