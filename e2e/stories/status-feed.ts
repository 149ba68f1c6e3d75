import { type LogReader, Messaging } from '@icmp-mon/platform/messaging';
import type { Access } from '../testing/running-product';
import { TARGET_STATUS_TOPIC, type TargetStatusChanged } from '@icmp-mon/status/contract';

type KafkaAccess = Pick<Access, 'kafkaBrokers' | 'kafkaSasl'>;
type Change = TargetStatusChanged['data'];

/** Reads the public topic of statuses from its end, as another system would. */
export class StatusFeed {
  readonly changes: Change[] = [];

  private constructor(
    private readonly messaging: Messaging,
    private readonly reader: LogReader,
  ) {}

  static async open({ kafkaBrokers, kafkaSasl }: KafkaAccess, topicPrefix: string): Promise<StatusFeed> {
    const messaging = new Messaging({ brokers: kafkaBrokers, sasl: kafkaSasl, topicPrefix, clientId: 'e2e' });
    const reader = await messaging.openLog(TARGET_STATUS_TOPIC);
    const feed = new StatusFeed(messaging, reader);
    for (let partition = 0; partition < reader.partitionCount; partition++) {
      const { high } = await reader.logBounds(partition);
      await reader.followPartition(partition, high, (records) => {
        const present = records.filter(({ value }) => value.length > 0);
        feed.changes.push(...present.map(({ value }) => JSON.parse(value.toString()) as Change));
        return Promise.resolve();
      });
    }
    return feed;
  }

  /** Returns the statuses of the address, oldest first. */
  becameOf(ip: string): string[] {
    return this.changes.filter((change) => change.ip === ip).map((change) => change.to);
  }

  async close(): Promise<void> {
    await this.reader.close();
    await this.messaging.close();
  }
}
