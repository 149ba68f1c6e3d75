import type { DeadLettersReplayed, ReplayRequest, ReplayResult } from '@icmp-mon/operations/contract';
import { ControlDatabase, type Sql } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { EventStore } from '@icmp-mon/platform/event-store';
import { IdempotentAnswers, idempotentRequest, type KeptAnswer, type RequestMetadata } from '@icmp-mon/platform/http';
import { Messaging, type ReceivedMessage } from '@icmp-mon/platform/messaging';
import { createLogger } from '@icmp-mon/platform/ops';
import { Injectable } from '@nestjs/common';
import { DEAD_LETTERS } from './dead-letters';
import { requireTopic } from './list-dead-letters';
import { letterPartitions, type LetterPartition, waitingIn } from './waiting-letters';

/** Sent back by one request; the caller is told how many are left. */
export const REPLAY_MAX = 1_000;
const READ_MAX = 100;
const OK = 200;
const logger = createLogger('dead-letters');

/**
 * Sends dead letters back to the consumers that set them aside. What was sent is remembered in the transaction that audits
 * it, and a topic is replayed by one request at a time, so that none is sent twice by two people or two clicks. A process that
 * dies between sending and remembering sends them once more: consumers drop repeats.
 */
@Injectable()
export class ReplayDeadLetters {
  constructor(
    private readonly messaging: Messaging,
    private readonly control: ControlDatabase,
    private readonly store: EventStore,
    private readonly answers: IdempotentAnswers,
  ) {}

  /** @throws DomainError `not_found` (topic or letter), `conflict` (sent back before), `unavailable` */
  async replay(request: ReplayRequest, metadata: RequestMetadata, key: string | null = null): Promise<ReplayResult> {
    requireTopic(this.messaging, request.topic);
    if (key === null) return this.replayOnce(request, metadata);
    const repeatable = idempotentRequest(metadata.actor, key, 'replay-dead-letters', request);
    const answer = await this.answers.once(repeatable, async (keep) => {
      const body = await this.replayOnce(request, metadata, (sql, result) => keep(sql, { status: OK, body: result }));
      return { status: OK, body } satisfies KeptAnswer;
    });
    return answer.body as ReplayResult;
  }

  private async replayOnce(
    { topic, partition = 0, offset }: ReplayRequest,
    metadata: RequestMetadata,
    keep?: (sql: Sql, result: ReplayResult) => Promise<void>,
  ): Promise<ReplayResult> {
    // This transaction holds the lock and nothing else: what is sent is remembered and audited in the append's own.
    const result = await this.control.transaction(async (lock) => {
      await lockTopic(lock, topic);
      const partitions = (await letterPartitions(this.messaging, lock)).filter((found) => found.topic === topic);
      const waiting = partitions.reduce((sum, found) => sum + waitingIn(found), 0);
      const sent =
        offset === undefined ? await this.sendAll(partitions) : await this.sendOne(partitions, partition, offset);
      const done: ReplayResult = { topic, replayed: sent.length, left: Math.max(0, waiting - sent.length) };
      await this.remember(topic, sent, metadata, (sql) => keep?.(sql, done) ?? Promise.resolve());
      return done;
    });
    await this.removeSent(topic);
    return result;
  }

  private async sendOne(partitions: LetterPartition[], partition: number, offset: number): Promise<ReceivedMessage[]> {
    const found = partitions.find((candidate) => candidate.partition === partition);
    if (found?.replayed.has(offset)) {
      throw new DomainError('conflict', `The letter ${partition}/${offset} of ${found.topic} was sent back before.`);
    }
    const isHeld = found !== undefined && offset >= found.bounds.low && offset < found.bounds.high;
    const [letter] = isHeld ? await this.messaging.deadLetters.read({ topic: found.topic, partition, offset }, 1) : [];
    if (found === undefined || letter?.offset !== offset) {
      throw new DomainError('not_found', `There is no dead letter ${partition}/${offset} of this topic.`);
    }
    await this.messaging.deadLetters.resend(found.topic, [letter]);
    return [letter];
  }

  private async sendAll(partitions: LetterPartition[]): Promise<ReceivedMessage[]> {
    const sent: ReceivedMessage[] = [];
    for (const { topic, partition, bounds, replayed } of partitions) {
      // Up to the end as it was: what fails again lands behind it, and is not sent in circles.
      for (let offset = bounds.low; offset < bounds.high && sent.length < REPLAY_MAX;) {
        const letters = await this.messaging.deadLetters.read({ topic, partition, offset }, READ_MAX);
        const last = letters.at(-1);
        if (last === undefined) break;
        offset = last.offset + 1;
        const waiting = letters.filter((letter) => letter.offset < bounds.high && !replayed.has(letter.offset));
        const batch = waiting.slice(0, REPLAY_MAX - sent.length);
        if (batch.length > 0) await this.messaging.deadLetters.resend(topic, batch);
        sent.push(...batch);
      }
    }
    return sent;
  }

  private async remember(
    topic: string,
    sent: ReceivedMessage[],
    metadata: RequestMetadata,
    keep: (sql: Sql) => Promise<void>,
  ): Promise<void> {
    const letters = sent.map(({ partition, offset }) => ({ partition, offset }));
    const replayed: DeadLettersReplayed = { type: 'DeadLettersReplayed', data: { topic, letters } };
    await this.store.execute(DEAD_LETTERS, topic, () => (letters.length === 0 ? [] : [replayed]), {
      metadata,
      within: async (sql) => {
        await sql.execute(
          `INSERT INTO dead_letter_replayed (topic, partition, letter_offset)
           SELECT $1, l.partition, l."offset" FROM jsonb_to_recordset($2::jsonb) AS l(partition integer, "offset" bigint)
           ON CONFLICT DO NOTHING`,
          [topic, JSON.stringify(letters)],
        );
        await keep(sql);
      },
    });
  }

  /** Kafka removes from the front only: up to the first letter that still waits. Failing that, the table remembers. */
  private async removeSent(topic: string): Promise<void> {
    try {
      const partitions = (await letterPartitions(this.messaging, this.control)).filter(
        (found) => found.topic === topic,
      );
      for (const { partition, bounds, replayed } of partitions) {
        let offset = bounds.low;
        while (replayed.has(offset)) offset += 1;
        if (offset > bounds.low) await this.messaging.deadLetters.forgetBelow({ topic, partition, offset });
        await this.control.execute(
          'DELETE FROM dead_letter_replayed WHERE topic = $1 AND partition = $2 AND letter_offset < $3',
          [topic, partition, offset],
        );
      }
    } catch (error) {
      logger.warn(
        { err: error, topic },
        'letters that were sent back are still in Kafka; the next replay removes them',
      );
    }
  }
}

/** Held to the transaction's end. @throws DomainError `conflict` while somebody else replays the topic */
async function lockTopic(sql: Sql, topic: string): Promise<void> {
  const [row] = await sql.query<{ locked: boolean }>(
    'SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS locked',
    [`dead-letters ${topic}`],
  );
  if (row?.locked === true) return;
  throw new DomainError(
    'conflict',
    `The dead letters of ${topic} are being sent back right now. Look again in a moment.`,
  );
}
