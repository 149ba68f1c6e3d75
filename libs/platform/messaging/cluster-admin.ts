import type { Admin, Kafka } from 'kafkajs';
import { DependencyUnavailable } from '@icmp-mon/platform/errors';
import { bounded } from './back-off';
import type { LogBounds } from './messaging-errors';

const ANSWER_MS_MAX = 5_000;

/** kafkajs's admin client, connected on first use and made anew after a failure. */
export class ClusterAdmin {
  private admin: Promise<Admin> | null = null;

  constructor(private readonly kafka: Kafka) {}

  /** Runs one request. Rejects with `DependencyUnavailable` when Kafka is away, else with kafkajs's own error. */
  async run<T>(work: (admin: Admin) => Promise<T>, withinMs = ANSWER_MS_MAX): Promise<T> {
    try {
      return await bounded(
        this.connected().then(work),
        withinMs,
        () => new DependencyUnavailable('Kafka', { cause: new Error(`no answer within ${withinMs} ms`) }),
      );
    } catch (error) {
      if (isConnectionTrouble(error)) {
        this.forget();
        throw error instanceof DependencyUnavailable ? error : new DependencyUnavailable('Kafka', { cause: error });
      }
      throw error;
    }
  }

  async bounds(topic: string, partition: number): Promise<LogBounds> {
    const offsets = await this.run((admin) => admin.fetchTopicOffsets(topic));
    const found = offsets.find((entry) => entry.partition === partition);
    if (!found) throw new Error(`${topic} has no partition ${partition}`);
    return { low: Number(found.low), high: Number(found.high) };
  }

  async partitionCount(topic: string): Promise<number> {
    const { topics } = await this.run((admin) => admin.fetchTopicMetadata({ topics: [topic] }));
    return topics[0]?.partitions.length ?? 0;
  }

  async close(): Promise<void> {
    const admin = await this.admin?.catch(() => null);
    this.admin = null;
    await admin?.disconnect();
  }

  private connected(): Promise<Admin> {
    this.admin ??= this.connect();
    return this.admin;
  }

  private async connect(): Promise<Admin> {
    const admin = this.kafka.admin({ retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 3 } });
    await admin.connect();
    return admin;
  }

  private forget(): void {
    const former = this.admin;
    this.admin = null;
    // It failed already: that it also fails to disconnect tells nothing new.
    former?.then((admin) => admin.disconnect()).catch(() => undefined);
  }
}

const CONNECTION_TROUBLE =
  /Connection|Broker not connected|NumberOfRetriesExceeded|RequestTimeout|BrokerNotFound|Closed connection/;

function isConnectionTrouble(error: unknown): boolean {
  if (error instanceof DependencyUnavailable) return true;
  return error instanceof Error && (CONNECTION_TROUBLE.test(error.name) || CONNECTION_TROUBLE.test(error.message));
}
