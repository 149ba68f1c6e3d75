import type { Messaging } from '@icmp-mon/platform/messaging';

/** Groups' partitions remembered at once. */
const PLACES_MAX = 10_000;
/** What waits in every look for this long waits, and is not merely on its way. */
const LASTING_S = 3;

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
  /** Since when something has been waiting in every look, by the monotonic clock. */
  private readonly steady = new Map<string, number>();

  constructor(private readonly messaging: Pick<Messaging, 'readMessages'>) {}

  /**
   * For how long something has waited, given its own age in seconds: 0 for what was not waiting in every look for that long. Something is
   * always on its way where much happens, and that is no lag.
   */
  lasting(name: string, waits: boolean, ageS: number): number {
    const nowMs = performance.now();
    if (!waits) this.steady.delete(name);
    else if (!this.steady.has(name)) this.steady.set(name, nowMs);
    const watchedS = (nowMs - (this.steady.get(name) ?? nowMs)) / 1_000;
    return watchedS >= LASTING_S ? Math.max(0, ageS) : 0;
  }

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
