import type { Messaging } from '@icmp-mon/platform/messaging';

/**
 * Highest number per shard with which a change was published. After a restore it may be above the stored number, and a consumer that
 * keeps the latest change of each target drops changes with a lower number.
 */
export class PublishedNumbers {
  private highest: ReadonlyMap<number, number> | null = null;

  constructor(
    private readonly messaging: Pick<Messaging, 'topicBounds' | 'readMessages'>,
    /** A topic whose events have ids of shard and number. */
    private readonly topic: string,
  ) {}

  /** Reads the topic once. */
  async loadNumbers(): Promise<void> {
    this.highest ??= await this.readTopic();
  }

  /** Returns the highest published number of a shard; 0 if there is none. @throws Error before `loadNumbers` */
  highestOf(shard: number): number {
    if (this.highest === null)
      throw new Error('The numbers of published status changes were not read: call loadNumbers() first.');
    return this.highest.get(shard) ?? 0;
  }

  private async readTopic(): Promise<ReadonlyMap<number, number>> {
    const highest = new Map<number, number>();
    const bounds = (await this.messaging.topicBounds([this.topic])).get(this.topic);
    for (const [partition, { low, high }] of bounds ?? []) {
      for (let offset = low; offset < high;) {
        const messages = await this.messaging.readMessages(this.topic, partition, offset);
        const last = messages.at(-1);
        if (!last) break;
        for (const { headers } of messages) {
          const [shard, changeSeq] = (headers['ce_id'] ?? '').split('-').map(Number);
          if (shard >= 0 && changeSeq > (highest.get(shard) ?? 0)) highest.set(shard, changeSeq);
        }
        offset = last.offset + 1;
      }
    }
    return highest;
  }
}
