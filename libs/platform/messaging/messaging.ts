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
/** What one look at a partition fetches. */
const READ_BYTES = 1024 * 1024;

/** The process's way to Kafka; topics are named logically, without the installation's prefix. Connects on first use. */
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

  /** The topic's name in Kafka. */
  topic(logical: string): string {
    return `${this.options.topicPrefix}.${logical}`;
  }

  /**
   * Resolves when all replicas have the messages. Rejects with `DependencyUnavailable` within about 5 s when Kafka is away (the messages
   * may arrive all the same), with a `DomainError` `too_large` when one is larger than its topic allows.
   */
  send(logicalTopic: string, messages: MessageToSend[]): Promise<void> {
    return this.sendQueue.send(this.topic(logicalTopic), messages);
  }

  /** Creates what docs/asyncapi.yaml declares and is missing. Throws when a topic has another number of partitions. */
  ensureTopics(options: { shardCount: number }): Promise<void> {
    return ensureTopics(this.admin, (logical) => this.topic(logical), declaredTopics(options), this.options.replicas);
  }

  /** Starts a member of a group; it joins as soon as Kafka is there, and for as long as it takes. */
  consumeGroup(options: GroupConsumerOptions): Promise<GroupConsumer> {
    const consumer = new GroupConsumer(this.access, options);
    consumer.start();
    this.open.add(consumer);
    return Promise.resolve(consumer);
  }

  /** Opens a topic for reading at positions of one's own. Rejects with `DependencyUnavailable` while Kafka is away. */
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
   * Sends a topic's dead letters back to it, for the groups that set them aside, and removes them. Returns how many. At least
   * once; they come after younger messages of their key.
   */
  replayDeadLetters(logicalTopic: string): Promise<number> {
    return replayDeadLetters(this.deadLetters, logicalTopic);
  }

  /** First and next offset of each partition, by logical topic. Rejects with `DependencyUnavailable` within 3 s. */
  async bounds(logicalTopics: readonly string[]): Promise<Map<string, Map<number, LogBounds>>> {
    const byName = await this.reader.bounds(logicalTopics.map((logical) => this.topic(logical)));
    return new Map(logicalTopics.map((logical) => [logical, byName.get(this.topic(logical)) ?? new Map()]));
  }

  /** Whether each partition has a message of `sinceMs` or later, by its producer's clock. */
  hasMessageSince(logicalTopic: string, sinceMs: number): Promise<Map<number, boolean>> {
    return this.reader.hasSince(this.topic(logicalTopic), sinceMs);
  }

  /** Messages of a partition from an offset on, without being a consumer; none at the end of the log. */
  async readMessages(logicalTopic: string, partition: number, offset: number): Promise<ReceivedMessage[]> {
    const messages = await this.reader.fetch(this.topic(logicalTopic), partition, offset, READ_BYTES);
    return messages.map((message) => receivedMessage(message, logicalTopic, partition));
  }

  /** The brokers' log directories, with the room of their disks. */
  logDirs(): Promise<LogDir[]> {
    return this.reader.logDirs();
  }

  /** Whether Kafka answers now; for readiness. */
  async check(): Promise<{ ok: boolean; detail: string }> {
    try {
      await this.admin.run((admin) => admin.describeCluster());
      return { ok: true, detail: 'Kafka answers' };
    } catch (error) {
      return { ok: false, detail: error instanceof Error ? error.message : String(error) };
    }
  }

  /** Ends consumers after the work in progress, then the connections. */
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
      send: (topic, messages) => this.send(topic, messages),
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
        await backOff.wait();
      }
    }
    if (lastError instanceof DependencyUnavailable) throw lastError;
    throw new Error(`topic ${topic} cannot be read: it is created by the api's --migrate`, { cause: lastError });
  }
}
