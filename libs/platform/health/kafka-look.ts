import { declaredTopics, type LogBounds, type Messaging } from '@icmp-mon/platform/messaging';

const TOPICS = declaredTopics({ shardCount: 1 }).map(({ logical }) => logical);

type Bounds = Map<string, Map<number, LogBounds>>;

/** The state of Kafka in one reading of Health: queried once, regardless of how many parts use it. */
export class KafkaLook {
  private asked: Promise<Bounds> | null = null;

  constructor(private readonly messaging: Messaging) {}

  /** Returns the bounds of every partition of every topic of the product, by logical topic. */
  topicBounds(): Promise<Bounds> {
    this.asked ??= this.messaging.topicBounds(TOPICS);
    return this.asked;
  }

  /** Returns the same, or null while Kafka is unavailable: for parts that also have other sources. */
  async boundsOrNull(): Promise<Bounds | null> {
    try {
      return await this.topicBounds();
    } catch {
      // The part `services` reports that Kafka is unavailable, with the error.
      return null;
    }
  }
}
