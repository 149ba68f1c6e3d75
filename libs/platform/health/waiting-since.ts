import type { Messaging } from '@icmp-mon/platform/messaging';

/** Maximum remembered partitions of consumer groups. */
const PLACES_MAX = 10_000;
/** Something counts as waiting only if it has been waiting at every check for this many seconds; before that it is in transit. */
const LASTING_S = 3;

export interface WaitingPlace {
  group: string;
  /** Logical topic. */
  topic: string;
  partition: number;
  /** Offset of the first message that the group has not handled. */
  offset: number;
}

/**
 * Determines since when messages wait, by the timestamp of the first one. The result is remembered while the same message is the first, so a
 * stalled queue costs one read.
 */
export class WaitingSince {
  private readonly known = new Map<string, { offset: number; sinceMs: number }>();
  /** Since when something has been waiting at every check, in ms of the monotonic clock. */
  private readonly steady = new Map<string, number>();

  constructor(private readonly messaging: Pick<Messaging, 'readMessages'>) {}

  /**
   * Returns how long something has waited, in seconds, given its own age: 0 unless it has been waiting at every check for `LASTING_S`. On a
   * busy system something is always in transit, which is not a lag.
   */
  lasting(name: string, waits: boolean, ageS: number): number {
    const nowMs = performance.now();
    if (!waits) this.steady.delete(name);
    else if (!this.steady.has(name)) this.steady.set(name, nowMs);
    const watchedS = (nowMs - (this.steady.get(name) ?? nowMs)) / 1_000;
    return watchedS >= LASTING_S ? Math.max(0, ageS) : 0;
  }

  /** Returns since when the first message waits, ms since 1970; null if none waits. Rejects with `DependencyUnavailable`. */
  async oldestWaitingAt({ group, topic, partition, offset }: WaitingPlace): Promise<number | null> {
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
