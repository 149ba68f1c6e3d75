import type { Admin, Kafka } from 'kafkajs';
import { DependencyUnavailable } from '@icmp-mon/platform/errors';
import { BackOff, bounded } from '@icmp-mon/platform/concurrency';
import { KeptConnection } from './kept-connection';
import type { LogBounds } from './messaging-errors';

const ANSWER_MS_MAX = 5_000;
const READ_ATTEMPTS_MAX = 8;

/** kafkajs's admin client. It connects on first use and is replaced after a failure. */
export class ClusterAdmin {
  private readonly connection: KeptConnection<Admin>;

  constructor(kafka: Kafka) {
    this.connection = new KeptConnection('admin connection', async () => {
      const admin = kafka.admin({ retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 3 } });
      await admin.connect();
      return admin;
    });
  }

  /** Runs one request. Rejects with `DependencyUnavailable` when Kafka is unavailable, otherwise with kafkajs's own error. */
  async runRequest<T>(work: (admin: Admin) => Promise<T>, withinMs = ANSWER_MS_MAX): Promise<T> {
    try {
      return await bounded(
        this.connection.connectedClient().then(work),
        withinMs,
        () => new DependencyUnavailable('Kafka', { cause: new Error(`no answer within ${withinMs} ms`) }),
      );
    } catch (error) {
      if (isConnectionTrouble(error)) {
        this.connection.discardClient();
        throw error instanceof DependencyUnavailable ? error : new DependencyUnavailable('Kafka', { cause: error });
      }
      throw error;
    }
  }

  async partitionBounds(topic: string, partition: number): Promise<LogBounds> {
    const offsets = await this.runWithRetry((admin) => admin.fetchTopicOffsets(topic));
    const found = offsets.find((entry) => entry.partition === partition);
    if (!found) throw new Error(`${topic} has no partition ${partition}`);
    return { low: Number(found.low), high: Number(found.high) };
  }

  /** Deletes the records of a partition below `offset`. */
  async deleteBelow(topic: string, partition: number, offset: number): Promise<void> {
    await this.runRequest(async (admin) => {
      // kafkajs looks up the leader in metadata that only an earlier request loads.
      await admin.fetchTopicOffsets(topic);
      await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(offset) }] });
    });
  }

  async partitionCount(topic: string): Promise<number> {
    const { topics } = await this.runWithRetry((admin) => admin.fetchTopicMetadata({ topics: [topic] }));
    return topics[0]?.partitions.length ?? 0;
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  /** Like `run`, but retries while the brokers do not know a new topic or its leader yet. */
  private async runWithRetry<T>(work: (admin: Admin) => Promise<T>): Promise<T> {
    const backOff = new BackOff({ firstMs: 50, maxMs: 1_000 });
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.runRequest(work);
      } catch (error) {
        if (attempt >= READ_ATTEMPTS_MAX || !isUnsettled(error)) throw error;
        await backOff.waitAfterFailure();
      }
    }
  }
}

const CONNECTION_TROUBLE =
  /Connection|Broker not connected|NumberOfRetriesExceeded|RequestTimeout|BrokerNotFound|Closed connection/;

function isConnectionTrouble(error: unknown): boolean {
  if (error instanceof DependencyUnavailable) return true;
  return error instanceof Error && (CONNECTION_TROUBLE.test(error.name) || CONNECTION_TROUBLE.test(error.message));
}

const UNSETTLED = new Set(['NOT_LEADER_FOR_PARTITION', 'UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE']);

/** Returns true for the errors by which brokers report a topic or leader that they do not know yet. */
export function isUnsettled(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('type' in error && typeof error.type === 'string' && UNSETTLED.has(error.type)) return true;
  return error.name === 'KafkaJSTopicMetadataNotLoaded' || isUnsettled(error.cause);
}
