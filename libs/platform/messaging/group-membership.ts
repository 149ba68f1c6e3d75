import type { Batch, Consumer, ConsumerGroupJoinEvent, Kafka } from 'kafkajs';
import { createLogger } from '@icmp-mon/platform/ops';
import { BackOff, bounded, type BackOffOptions } from '@icmp-mon/platform/concurrency';
import type { GroupMember } from './cluster-reader';
import { createConsumer, disconnect, DISCONNECT_MS_MAX } from './kafkajs-consumer';
import { leaveGroup } from './leave-group';
import { Silence } from './silence';

export type Assignment = Record<string, number[]>;

interface TopicPartition {
  /** Full topic name. */
  topic: string;
  partition: number;
}

export interface GroupMembershipOptions {
  /** Called for each new kafkajs consumer. */
  groupId: () => string;
  /** Full topic names. */
  topics: string[];
  sessionTimeoutMs: number;
  /** Called synchronously inside GROUP_JOIN of kafkajs, after all partitions were paused. */
  onJoined: (assignment: Assignment) => void;
  /** Called with each fetched batch. Heartbeats wait for it, so it must return immediately. */
  onBatch: (batch: Batch) => void;
}

const REOPEN: BackOffOptions = { firstMs: 250, maxMs: 1_000 };
/** kafkajs fetches four times per second when idle. A consumer without a fetch for this long hangs and is replaced. */
const SILENT_MS_MAX = 30_000;
const WATCH_EVERY_MS = 5_000;
const logger = createLogger('messaging');

/** Membership of this process in a consumer group: one kafkajs consumer at a time, replaced by a new one when it fails or hangs. */
export class GroupMembership {
  private consumer: Consumer | null = null;
  private assigned = new Set<string>();
  private joined = false;
  /** Group membership of the last consumer. */
  private member: GroupMember | null = null;
  private readonly stopping = new AbortController();
  private readonly reopenBackOff = new BackOff(REOPEN);
  private silence = new Silence(WATCH_EVERY_MS);
  private watch: NodeJS.Timeout | null = null;
  private opening: Promise<void> | null = null;
  private lastError: string | null = 'not joined yet';

  constructor(
    private readonly kafka: Kafka,
    private readonly options: GroupMembershipOptions,
  ) {}

  start(): void {
    this.watch = setInterval(() => this.checkAlive(), WATCH_EVERY_MS);
    this.watch.unref();
    this.opening = this.openUntilItWorks();
  }

  /** Null while joined and fetching; otherwise the reason why not. */
  get trouble(): string | null {
    return this.joined ? null : this.lastError;
  }

  /** Aborted by `stop`. */
  get stopped(): AbortSignal {
    return this.stopping.signal;
  }

  /** Joins no group from now on, waits for `endWork`, then leaves the group. */
  async stop(endWork: () => Promise<void>): Promise<void> {
    this.stopping.abort();
    if (this.watch) clearInterval(this.watch);
    await endWork();
    await this.closeConsumer();
    // A consumer that is still connecting closes itself afterwards; the process does not have to wait for it.
    const stillOpening = (): Error => new Error('the consumer was still connecting');
    await bounded(this.opening ?? Promise.resolve(), DISCONNECT_MS_MAX, stillOpening).catch((error: unknown) =>
      logger.warn({ err: error }, 'consumer stopped while it was still connecting'),
    );
    await this.closeConsumer();
  }

  /** Stops fetching the partition, if it is assigned to this member. */
  pausePartition({ topic, partition }: TopicPartition): void {
    if (!this.isServing(topic, partition)) return;
    this.consumer?.pause([{ topic, partitions: [partition] }]);
  }

  /** Fetches the partition from `offset` on, if it is assigned to this member. */
  resumeAt({ topic, partition }: TopicPartition, offset: number): void {
    if (!this.isServing(topic, partition)) return;
    this.consumer?.seek({ topic, partition, offset: String(offset) });
    this.consumer?.resume([{ topic, partitions: [partition] }]);
  }

  private isServing(topic: string, partition: number): boolean {
    return this.joined && this.assigned.has(partitionKey(topic, partition));
  }

  private async openUntilItWorks(): Promise<void> {
    while (!this.stopped.aborted) {
      try {
        await this.openConsumer();
        if (this.stopped.aborted) await this.closeConsumer();
        return;
      } catch (error) {
        this.lastError = error instanceof Error ? error.message : String(error);
        logger.warn({ err: error, topics: this.options.topics }, 'consumer could not start, retrying');
        await this.closeConsumer();
        await this.reopenBackOff.waitAfterFailure(this.stopped);
      }
    }
  }

  private async openConsumer(): Promise<void> {
    const { groupId, sessionTimeoutMs } = this.options;
    const consumer = createConsumer(this.kafka, groupId(), sessionTimeoutMs);
    this.consumer = consumer;
    this.silence = new Silence(WATCH_EVERY_MS);
    consumer.on(consumer.events.GROUP_JOIN, (event) => this.onGroupJoin(consumer, event));
    consumer.on(consumer.events.FETCH, () => {
      this.silence.broken();
    });
    // After STOP, kafkajs throws on pause and seek.
    consumer.on(consumer.events.STOP, () => {
      if (consumer === this.consumer) this.joined = false;
    });
    consumer.on(consumer.events.CRASH, ({ payload }) => this.reopenConsumer(consumer, payload.error));
    await consumer.connect();
    await this.endFormerMember();
    await consumer.subscribe({ topics: this.options.topics, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      partitionsConsumedConcurrently: 1,
      eachBatch: async ({ batch }) => {
        if (consumer === this.consumer) this.options.onBatch(batch);
      },
    });
  }

  /** Ends the membership of the former consumer: it cannot leave the group if it lost its broker, and `disconnect` does not report that. */
  private async endFormerMember(): Promise<void> {
    const former = this.member;
    this.member = null;
    if (former === null) return;
    await leaveGroup(this.kafka, former).catch((error: unknown) =>
      logger.warn(
        { err: error, ...former },
        'the former member could not leave its group: the group waits for its session timeout',
      ),
    );
  }

  private onGroupJoin(consumer: Consumer, event: ConsumerGroupJoinEvent): void {
    if (consumer !== this.consumer || this.stopped.aborted) return;
    const { groupId, memberId } = event.payload;
    this.member = { groupId, memberId };
    const assignment: Assignment = event.payload.memberAssignment;
    consumer.pause(Object.entries(assignment).map(([topic, partitions]) => ({ topic, partitions })));
    this.assigned = new Set(
      Object.entries(assignment).flatMap(([topic, partitions]) =>
        partitions.map((partition) => partitionKey(topic, partition)),
      ),
    );
    this.joined = true;
    this.reopenBackOff.succeeded();
    this.lastError = null;
    this.options.onJoined(assignment);
  }

  private checkAlive(): void {
    const silentMs = this.silence.measureSilence();
    if (!this.joined || silentMs < SILENT_MS_MAX || !this.consumer) return;
    this.reopenConsumer(this.consumer, new Error(`no fetch for ${SILENT_MS_MAX} ms`));
  }

  private reopenConsumer(consumer: Consumer, cause: Error): void {
    if (consumer !== this.consumer || this.stopped.aborted) return;
    logger.warn({ err: cause, topics: this.options.topics }, 'consumer failed, replacing it by a new one');
    this.joined = false;
    this.lastError = cause.message;
    const former = this.opening ?? Promise.resolve();
    this.opening = former
      .then(() => this.closeConsumer())
      .then(() => this.reopenBackOff.waitAfterFailure(this.stopped))
      .then(() => this.openUntilItWorks());
  }

  private async closeConsumer(): Promise<void> {
    const consumer = this.consumer;
    this.consumer = null;
    this.joined = false;
    if (consumer) await disconnect(consumer);
  }
}

export function partitionKey(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}
