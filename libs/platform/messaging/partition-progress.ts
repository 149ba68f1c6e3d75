import type { Sql, Transactor } from '@icmp-mon/platform/database';
import { createLogger } from '@icmp-mon/platform/ops';
import { BackOff } from '@icmp-mon/platform/concurrency';
import { eventPosition } from './cloud-event';
import { type ConsumerOffset, FenceLost, moveOffset, type OffsetKey } from './consumer-offsets';
import { DEAD_LETTER_SUFFIX, REPLAY_FOR_GROUP, deadLetter } from './dead-letters';
import { isPoison, mayPass } from './failure-kinds';
import type { OutgoingMessage, ReceivedMessage } from './message';
import { PoisonError } from './messaging-errors';
import { consumedMessages, deadLetters, repeatedMessages } from './messaging-metrics';
import type { PartitionStream } from './partition-stream';

/** The effects of a consumer group on its database. */
export interface BatchEffects {
  /** The database that `handle` writes to. It also stores the group's offsets. */
  database: Transactor;
  /**
   * Writes the effect of the messages in the transaction of `sql`, which also advances the group's offset. `messages` are of one partition,
   * in order. May be called again with the same messages after an error, never after a commit.
   * @throws PoisonError for a message that can never be handled
   * @throws RetriableError while a dependency is unavailable
   */
  handle: (sql: Sql, messages: ReceivedMessage[]) => Promise<void>;
}

/** Back-off between attempts. */
export const RETRY = { firstMs: 200, maxMs: 10_000 };
/** Attempts for a single message that fails for an unknown reason, before it becomes a dead letter. */
const TRIES_MAX = 3;
const logger = createLogger('messaging');

/**
 * Progress of a consumer group in one partition: commits batches together with the next offset. For the invariants see group-consumer.ts.
 */
export class PartitionProgress {
  /** `offset` is the value that this member stored or read last; a commit advances it by compare-and-set. */
  constructor(
    readonly key: OffsetKey,
    readonly logical: string,
    public offset: ConsumerOffset,
    private readonly effects: BatchEffects,
    private readonly send: (logicalTopic: string, messages: OutgoingMessage[]) => Promise<void>,
  ) {}

  /** Commits the messages in one transaction, bisects them after a failure, and dead-letters messages that cannot be handled. */
  async applyMessages(messages: ReceivedMessage[], stream: PartitionStream): Promise<void> {
    const backOff = new BackOff(RETRY);
    let tries = 0;
    while (!stream.closed) {
      try {
        await this.commitMessages(messages);
        return;
      } catch (error) {
        if (error instanceof FenceLost) throw error;
        if (mayPass(error)) {
          logger.warn({ ...this.key, err: error }, 'batch failed for a transient reason, retrying');
          await backOff.waitAfterFailure(stream.ended);
        } else if (messages.length > 1) {
          // Finding one failing message among 500 takes about 18 transactions, and the other messages wait for no back-off.
          const half = messages.length >> 1;
          await this.applyMessages(messages.slice(0, half), stream);
          await this.applyMessages(messages.slice(half), stream);
          return;
        } else if (isPoison(error) || ++tries >= TRIES_MAX) {
          await this.setAside(messages, error, stream);
          return;
        } else await backOff.waitAfterFailure(stream.ended);
      }
    }
  }

  private async commitMessages(messages: ReceivedMessage[], handled = true): Promise<void> {
    const last = messages.at(-1);
    if (!last) return;
    const { fresh, relayPosition } = this.withoutRepeats(messages);
    const next: ConsumerOffset = { nextOffset: last.offset + 1, relayPosition };
    await this.effects.database.transaction(async (sql) => {
      await moveOffset(sql, this.key, this.offset, next);
      if (handled && fresh.length > 0) await this.effects.handle(sql, fresh);
    });
    this.offset = next;
    consumedMessages.inc({ group: this.key.group, topic: this.logical }, messages.length);
  }

  /** Drops events that the relay published again, by their position, and messages replayed for another group. */
  private withoutRepeats(messages: ReceivedMessage[]): { fresh: ReceivedMessage[]; relayPosition: number } {
    let { relayPosition } = this.offset;
    const fresh = messages.filter((message) => {
      const replayFor = message.headers[REPLAY_FOR_GROUP];
      if (replayFor !== undefined) return replayFor === this.key.group;
      const eventAt = positionOrNull(message);
      if (eventAt === null) return true;
      if (eventAt <= relayPosition) return false;
      relayPosition = eventAt;
      return true;
    });
    const repeats = messages.length - fresh.length;
    if (repeats > 0) repeatedMessages.inc({ group: this.key.group, topic: this.logical }, repeats);
    return { fresh, relayPosition };
  }

  private async setAside(messages: ReceivedMessage[], cause: unknown, stream: PartitionStream): Promise<void> {
    const backOff = new BackOff(RETRY);
    const letters = messages.map((message) => deadLetter(message, this.key.group, cause, new Date()));
    let sent = false;
    while (!stream.closed) {
      try {
        if (!sent) await this.send(`${this.logical}${DEAD_LETTER_SUFFIX}`, letters);
        sent = true;
        await this.commitMessages(messages, false);
        deadLetters.inc({ group: this.key.group, topic: this.logical }, messages.length);
        logger.error({ ...this.key, offset: messages[0]?.offset, err: cause }, 'message sent to the dead letter topic');
        return;
      } catch (error) {
        if (error instanceof FenceLost) throw error;
        logger.warn({ ...this.key, err: error }, 'writing a dead letter failed, retrying');
        await backOff.waitAfterFailure(stream.ended);
      }
    }
  }
}

/** Returns the event's position, or null. A malformed one is null too: the handler refuses it when it reads the event. */
function positionOrNull(message: ReceivedMessage): number | null {
  try {
    return eventPosition(message.headers);
  } catch (error) {
    if (error instanceof PoisonError) return null;
    throw error;
  }
}
