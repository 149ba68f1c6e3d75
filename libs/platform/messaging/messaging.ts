import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Kafka } from 'kafkajs';
import { DependencyUnavailable } from '@icmp-mon/platform/errors';
import { BackOff } from '@icmp-mon/platform/concurrency';
import { ClusterAdmin } from './cluster-admin';
import { ClusterReader } from './cluster-reader';
import { DeadLetterLog } from './dead-letter-log';
import { ensureTopics } from './ensure-topics';
import { GroupConsumer, type GroupConsumerAccess, type GroupConsumerOptions } from './group-consumer';
import { createKafka, type MessagingOptions } from './kafka-client';
import { GroupOfOneLogReader, type LogReader, type LogReaderOptions } from './log-reader';
import type { LogDir } from './log-dirs';
import { type MessageToSend, type ReceivedMessage, receivedMessage } from './message';
import type { LogBounds } from './messaging-errors';
import { replayDeadLetters } from './replay-dead-letters';
import { SendQueue } from './send-queue';
import { declaredTopics } from './topics';

const OPEN_ATTEMPTS_MAX = 10;
/** Maximum bytes that `readMessages` fetches. */
const READ_BYTES = 1024 * 1024;

/** The Kafka client of the process. Topics are given by their logical name, without the installation's prefix. Connects on first use. */
@Injectable()
export class Messaging implements OnApplicationShutdown {
  private readonly kafka: Kafka;
  private readonly admin: ClusterAdmin;
  private readonly reader: ClusterReader;
  private readonly sendQueue: SendQueue;
  private readonly open = new Set<{ stop(): Promise<void> }>();
  readonly deadLetters: DeadLetterLog;

  constructor(private readonly options: MessagingOptions) {
    this.kafka = createKafka(options);
    this.admin = new ClusterAdmin(this.kafka);
    this.reader = new ClusterReader(this.kafka);
    this.sendQueue = new SendQueue(this.kafka);
    this.deadLetters = new DeadLetterLog({ ...this.access, reader: this.reader });
  }

  /** Returns the topic's full name in Kafka. */
  topic(logical: string): string {
    return `${this.options.topicPrefix}.${logical}`;
  }

  /**
   * Sends messages. Resolves when all replicas have them. Rejects within about 5 s with `DependencyUnavailable` when Kafka is unavailable
   * (the messages may still arrive), and with a `DomainError` `too_large` when a message is larger than the topic allows.
   */
  sendMessages(logicalTopic: string, messages: MessageToSend[]): Promise<void> {
    return this.sendQueue.sendMessages(this.topic(logicalTopic), messages);
  }

  /** Creates the missing topics of docs/asyncapi.yaml. Throws when a topic has another number of partitions. */
  ensureTopics(options: { shardCount: number }): Promise<void> {
    return ensureTopics(this.admin, (logical) => this.topic(logical), declaredTopics(options), this.options.replicas);
  }

  /** Starts a member of a consumer group. It tries to join until Kafka is available. */
  consumeGroup(options: GroupConsumerOptions): Promise<GroupConsumer> {
    const consumer = new GroupConsumer(this.access, options);
    consumer.start();
    this.open.add(consumer);
    return Promise.resolve(consumer);
  }

  /** Opens a topic for reading at offsets that the caller stores. Rejects with `DependencyUnavailable` while Kafka is unavailable. */
  async openLog(logicalTopic: string, options: LogReaderOptions = {}): Promise<LogReader> {
    const topic = this.topic(logicalTopic);
    const partitionCount = await this.partitionCount(topic);
    const reader: LogReader = new GroupOfOneLogReader(this.kafka, this.admin, topic, partitionCount, options, () =>
      this.open.delete(entry),
    );
    const entry = { stop: () => reader.close() };
    this.open.add(entry);
    return reader;
  }

  /**
   * Replays the dead letters of a topic for the groups that could not handle them, then deletes them. Returns their number. Delivery is at
   * least once; a replayed message comes after later messages with the same key.
   */
  replayDeadLetters(logicalTopic: string): Promise<number> {
    return replayDeadLetters(this.deadLetters, logicalTopic);
  }

  /** Returns the first and the next offset of each partition, by logical topic. Rejects with `DependencyUnavailable` within 3 s. */
  async topicBounds(logicalTopics: readonly string[]): Promise<Map<string, Map<number, LogBounds>>> {
    const byName = await this.reader.topicBounds(logicalTopics.map((logical) => this.topic(logical)));
    return new Map(logicalTopics.map((logical) => [logical, byName.get(this.topic(logical)) ?? new Map()]));
  }

  /** Returns by partition whether it contains a message of `sinceMs` (ms since 1970) or later, by the broker's clock. */
  hasMessageSince(logicalTopic: string, sinceMs: number): Promise<Map<number, boolean>> {
    return this.reader.hasSince(this.topic(logicalTopic), sinceMs);
  }

  /** Returns messages of a partition from an offset on, without a consumer group; none at the end of the log. */
  async readMessages(logicalTopic: string, partition: number, offset: number): Promise<ReceivedMessage[]> {
    const messages = await this.reader.fetchMessages(this.topic(logicalTopic), partition, offset, READ_BYTES);
    return messages.map((message) => receivedMessage(message, logicalTopic, partition));
  }

  /** Returns the log directories of the brokers, with the free space of their disks. */
  logDirs(): Promise<LogDir[]> {
    return this.reader.logDirs();
  }

  /** Checks whether Kafka answers, for `/readyz`. */
  async checkKafka(): Promise<{ ok: boolean; detail: string }> {
    try {
      await this.admin.runRequest((admin) => admin.describeCluster());
      return { ok: true, detail: 'Kafka answers' };
    } catch (error) {
      return { ok: false, detail: error instanceof Error ? error.message : String(error) };
    }
  }

  /** Stops the consumers after the work in progress, then closes the connections. */
  async close(): Promise<void> {
    await Promise.all([...this.open].map((consumer) => consumer.stop()));
    this.open.clear();
    await Promise.all([this.sendQueue.close(), this.admin.close(), this.reader.close()]);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.close();
  }

  private get access(): GroupConsumerAccess {
    return {
      kafka: this.kafka,
      admin: this.admin,
      fullName: (logical) => this.topic(logical),
      send: (topic, messages) => this.sendMessages(topic, messages),
    };
  }

  private async partitionCount(topic: string): Promise<number> {
    const backOff = new BackOff({ firstMs: 200, maxMs: 2_000 });
    let lastError: unknown;
    for (let attempt = 0; attempt < OPEN_ATTEMPTS_MAX; attempt++) {
      try {
        return await this.admin.partitionCount(topic);
      } catch (error) {
        lastError = error;
        await backOff.waitAfterFailure();
      }
    }
    if (lastError instanceof DependencyUnavailable) throw lastError;
    throw new Error(`topic ${topic} cannot be read. Create it by the --migrate option of the api.`, {
      cause: lastError,
    });
  }
}
