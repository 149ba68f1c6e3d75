import { declaredTopics, type LogBounds, type Messaging } from '@icmp-mon/platform/messaging';

const TOPICS = declaredTopics({ shardCount: 1 }).map(({ logical }) => logical);

type Bounds = Map<string, Map<number, LogBounds>>;

/** What Kafka says in one look: asked once, however many parts want it. */
export class KafkaLook {
  private asked: Promise<Bounds> | null = null;

  constructor(private readonly messaging: Messaging) {}

  /** Bounds of every partition of every topic that the product declares, by logical topic. */
  bounds(): Promise<Bounds> {
    this.asked ??= this.messaging.bounds(TOPICS);
    return this.asked;
  }

  /** The same, null while Kafka is away: for parts that have something to say without it. */
  async boundsOrNull(): Promise<Bounds | null> {
    try {
      return await this.bounds();
    } catch {
      // The part `services` says that Kafka is away, and why.
      return null;
    }
  }
}
