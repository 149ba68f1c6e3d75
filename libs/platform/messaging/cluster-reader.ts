import type { Kafka, KafkaMessage } from 'kafkajs';
import { DependencyUnavailable } from '@icmp-mon/platform/errors';
import { BackOff, bounded } from '@icmp-mon/platform/concurrency';
import { isUnsettled } from './cluster-admin';
import { KeptConnection } from './kept-connection';
import { describeLogDirs, type LogDir } from './log-dirs';
import type { LogBounds } from './messaging-errors';

/** The internal class of kafkajs 2.2.4 that can read without a consumer group, which neither its consumer nor its admin client can. */
export interface InternalCluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  addMultipleTargetTopics(topics: string[]): Promise<void>;
  refreshMetadataIfNecessary(): Promise<void>;
  findTopicPartitionMetadata(topic: string): { partitionId: number }[];
  findLeaderForPartitions(topic: string, partitions: number[]): Record<string, number[]>;
  findBroker(of: { nodeId: string }): Promise<InternalBroker>;
  findGroupCoordinator(of: { groupId: string }): Promise<InternalBroker>;
  getNodeIds(): string[];
  fetchTopicsOffset(topics: OffsetQuestion[]): Promise<OffsetAnswer[]>;
}

export interface InternalBroker {
  connectionPool: { send(request: ProtocolRequest): Promise<unknown> };
  leaveGroup(member: GroupMember): Promise<unknown>;
  fetch(request: object): Promise<{ responses: { partitions: { messages: KafkaMessage[] }[] }[] }>;
}

export interface GroupMember {
  groupId: string;
  memberId: string;
}

export interface ProtocolRequest {
  request: { apiKey: number; apiVersion: number; apiName: string; encode: () => Promise<unknown> };
  response: { decode: (raw: Buffer) => Promise<object>; parse: (decoded: object) => Promise<unknown> };
}

interface OffsetQuestion {
  topic: string;
  partitions: { partition: number }[];
  fromBeginning?: boolean;
  fromTimestamp?: number;
}

interface OffsetAnswer {
  topic: string;
  partitions: { partition: number; offset: string }[];
}

const ANSWER_MS_MAX = 3_000;
const FETCH_WAIT_MS = 100;
const READ_UNCOMMITTED = 0;

/**
 * Inspects topics without a consumer group: bounds of many partitions in one request, messages at an offset, disk usage of the brokers.
 * It connects on first use and reconnects after a failure.
 */
export class ClusterReader {
  private readonly connection: KeptConnection<InternalCluster>;

  constructor(kafka: Kafka) {
    this.connection = new KeptConnection('reading connection', async () => {
      const cluster = createCluster(kafka);
      await cluster.connect();
      return cluster;
    });
  }

  /** Returns the first and the next offset of every partition, by topic and partition. Rejects when one of the topics does not exist. */
  topicBounds(topics: readonly string[]): Promise<Map<string, Map<number, LogBounds>>> {
    return this.runRequest(async (cluster) => {
      const questions = await partitionsOf(cluster, topics);
      const low = await cluster.fetchTopicsOffset(questions.map((of) => ({ ...of, fromBeginning: true })));
      const high = await cluster.fetchTopicsOffset(questions.map((of) => ({ ...of, fromBeginning: false })));
      const lowOf = offsetsByPartition(low);
      return new Map(
        high.map(({ topic, partitions }) => [
          topic,
          new Map(
            partitions.map(({ partition, offset }) => [
              partition,
              { low: lowOf.get(`${topic}/${partition}`) ?? 0, high: Number(offset) },
            ]),
          ),
        ]),
      );
    });
  }

  /** Returns by partition whether it contains a message with a timestamp of `sinceMs` (ms since 1970) or later. */
  hasSince(topic: string, sinceMs: number): Promise<Map<number, boolean>> {
    return this.runRequest(async (cluster) => {
      const questions = await partitionsOf(cluster, [topic]);
      const [answer] = await cluster.fetchTopicsOffset(questions.map((of) => ({ ...of, fromTimestamp: sinceMs })));
      return new Map(answer?.partitions.map(({ partition, offset }) => [partition, Number(offset) >= 0]));
    });
  }

  /** Returns messages of one partition from `offset` on, up to `bytesMax` but at least one; none at the end of the log. */
  fetchMessages(topic: string, partition: number, offset: number, bytesMax: number): Promise<KafkaMessage[]> {
    return this.runRequest(async (cluster) => {
      await partitionsOf(cluster, [topic]);
      const [nodeId] = Object.keys(cluster.findLeaderForPartitions(topic, [partition]));
      if (nodeId === undefined) throw new Error(`${topic}/${partition} has no leader`);
      const broker = await cluster.findBroker({ nodeId });
      const { responses } = await broker.fetch({
        isolationLevel: READ_UNCOMMITTED,
        maxWaitTime: FETCH_WAIT_MS,
        minBytes: 1,
        maxBytes: bytesMax,
        topics: [{ topic, partitions: [{ partition, fetchOffset: String(offset), maxBytes: bytesMax }] }],
      });
      const messages = responses[0]?.partitions[0]?.messages ?? [];
      // Kafka returns whole batches, also if the offset lies inside one.
      return messages.filter((message) => Number(message.offset) >= offset);
    });
  }

  /** Returns the log directories of every broker: bytes used by topics, and free and total bytes of the disks. */
  logDirs(): Promise<LogDir[]> {
    return this.runRequest(async (cluster) => {
      await cluster.refreshMetadataIfNecessary();
      const perBroker = cluster.getNodeIds().map(async (nodeId) => {
        const broker = await cluster.findBroker({ nodeId });
        return describeLogDirs(broker, String(nodeId));
      });
      return (await Promise.all(perBroker)).flat();
    });
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  /** Rejects with `DependencyUnavailable` after 3 s, because callers answer requests of users meanwhile. */
  private async runRequest<T>(work: (cluster: InternalCluster) => Promise<T>): Promise<T> {
    const given = new AbortController();
    const tooLate = (): Error => new Error(`no answer within ${ANSWER_MS_MAX} ms`);
    try {
      return await bounded(this.runWithRetry(work, given.signal), ANSWER_MS_MAX, tooLate);
    } catch (error) {
      this.connection.discardClient();
      throw new DependencyUnavailable('Kafka', { cause: error });
    } finally {
      given.abort();
    }
  }

  /** Retries while the brokers do not know a new topic or its leader yet. */
  private async runWithRetry<T>(work: (cluster: InternalCluster) => Promise<T>, given: AbortSignal): Promise<T> {
    const backOff = new BackOff({ firstMs: 50, maxMs: 500 });
    for (;;) {
      try {
        return await work(await this.connection.connectedClient());
      } catch (error) {
        if (given.aborted || !isUnsettled(error)) throw error;
        this.connection.discardClient();
        await backOff.waitAfterFailure(given);
      }
    }
  }
}

/**
 * Creates a cluster by the method that kafkajs stores under a private symbol.
 * @throws Error if this version of kafkajs does not have that method
 */
export function createCluster(kafka: Kafka): InternalCluster {
  const symbol = Object.getOwnPropertySymbols(kafka).find(
    ({ description }) => description === 'private:Kafka:createCluster',
  );
  const create: unknown = symbol === undefined ? undefined : Reflect.get(kafka, symbol);
  if (typeof create !== 'function') {
    throw new Error('kafkajs has changed: its client has no createCluster method. Adapt cluster-reader.ts.');
  }
  return create({ allowAutoTopicCreation: false, metadataMaxAge: 60_000 }) as InternalCluster;
}

async function partitionsOf(cluster: InternalCluster, topics: readonly string[]): Promise<OffsetQuestion[]> {
  await cluster.addMultipleTargetTopics([...topics]);
  await cluster.refreshMetadataIfNecessary();
  return topics.flatMap((topic) => {
    const partitions = cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => ({ partition: partitionId }));
    return partitions.length === 0 ? [] : [{ topic, partitions }];
  });
}

function offsetsByPartition(answers: OffsetAnswer[]): Map<string, number> {
  return new Map(
    answers.flatMap(({ topic, partitions }) =>
      partitions.map(({ partition, offset }) => [`${topic}/${partition}`, Number(offset)] as const),
    ),
  );
}
