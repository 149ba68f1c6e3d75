import type { Messaging } from '@icmp-mon/platform/messaging';

/** Groups' partitions remembered at once. */
const PLACES_MAX = 10_000;

export interface WaitingPlace {
  group: string;
  /** Logical topic. */
  topic: string;
  partition: number;
  /** Of the first message that the group has not handled. */
  offset: number;
}

/** Since when messages wait, by their own time. Remembered while the same one is first: a queue that stands costs one read. */
export class WaitingSince {
  private readonly known = new Map<string, { offset: number; sinceMs: number }>();

  constructor(private readonly messaging: Pick<Messaging, 'readMessages'>) {}

  /** ms since 1970; null when nothing waits there. Rejects with `DependencyUnavailable` while Kafka is away. */
  async at({ group, topic, partition, offset }: WaitingPlace): Promise<number | null> {
    const place = `${group} ${topic}/${partition}`;
    const known = this.known.get(place);
    if (known?.offset === offset) return known.sinceMs;
    const [first] = await this.messaging.readMessages(topic, partition, offset);
    if (first === undefined) return null;
    if (this.known.size >= PLACES_MAX) this.known.clear();
    this.known.set(place, { offset, sinceMs: first.timestampMs });
    return first.timestampMs;
  }
}
