import type { DeadLettersReplayed, ReplayRequest, ReplayResult } from '@icmp-mon/operations/contract';
import { ControlDatabase, type Sql } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { EventStore } from '@icmp-mon/platform/event-store';
import { IdempotentAnswers, idempotentRequest, type KeptAnswer, type RequestMetadata } from '@icmp-mon/platform/http';
import { LETTER_BATCH_BYTES, Messaging, type ReceivedMessage } from '@icmp-mon/platform/messaging';
import { createLogger } from '@icmp-mon/platform/ops';
import { Injectable } from '@nestjs/common';
import { DEAD_LETTERS } from './dead-letters';
import { requireTopic } from './list-dead-letters';
import { letterPartitions, type LetterPartition, waitingIn } from './waiting-letters';

/** Sent back by one request, and the time it may take; the caller is told how many are left. */
export const REPLAY_MAX = 1_000;
const REPLAY_MS_MAX = 30_000;
const BATCH_MAX = 100;
const OK = 200;
const logger = createLogger('dead-letters');

/**
 * Sends dead letters back to the consumers that set them aside. What was sent is remembered batch by batch, in the transaction
 * that audits it, and a topic is replayed by one request at a time, so that none is sent twice by two people, two clicks or a
 * second try. What breaks between sending a batch and remembering it sends that batch once more: consumers drop repeats.
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
    return this.control.transaction(async (lock) => {
      await lockTopic(lock, topic);
      const partitions = await this.partitionsOf(topic);
      const waiting = partitions.reduce((sum, found) => sum + waitingIn(found), 0);
      const batches =
        offset === undefined ? this.waitingLetters(partitions, lock) : this.oneLetter(partitions, partition, offset);
      let replayed = 0;
      try {
        for await (const letters of batches) {
          await this.messaging.deadLetters.resend(topic, letters);
          await this.remember(topic, letters, metadata);
          replayed += letters.length;
        }
      } finally {
        await this.removeSent(topic);
      }
      const done: ReplayResult = { topic, replayed, left: Math.max(0, waiting - replayed) };
      if (keep !== undefined) await this.control.transaction((sql) => keep(sql, done));
      return done;
    });
  }

  private async *oneLetter(
    partitions: LetterPartition[],
    partition: number,
    offset: number,
  ): AsyncGenerator<ReceivedMessage[]> {
    const found = partitions.find((candidate) => candidate.partition === partition);
    if (found?.replayed.has(offset)) {
      throw new DomainError('conflict', `The letter ${partition}/${offset} of ${found.topic} was sent back before.`);
    }
    const isHeld = found !== undefined && offset >= found.bounds.low && offset < found.bounds.high;
    const [letter] = isHeld ? await this.messaging.deadLetters.read({ topic: found.topic, partition, offset }, 1) : [];
    if (letter?.offset !== offset) {
      throw new DomainError('not_found', `There is no dead letter ${partition}/${offset} of this topic.`);
    }
    yield [letter];
  }

  /** In batches that a topic takes at once, up to the end as it was: what fails again lands behind it, and is not sent in circles. */
  private async *waitingLetters(partitions: LetterPartition[], lock: Sql): AsyncGenerator<ReceivedMessage[]> {
    const untilMs = performance.now() + REPLAY_MS_MAX;
    let left = REPLAY_MAX;
    for (const { topic, partition, bounds, replayed } of partitions) {
      for (let offset = bounds.low; offset < bounds.high && left > 0 && performance.now() < untilMs;) {
        // The server ends a transaction that idles; and whoever has lost the lock must not go on.
        await lock.query('SELECT 1');
        const place = { topic, partition, offset };
        const letters = await this.messaging.deadLetters.read(place, BATCH_MAX, LETTER_BATCH_BYTES);
        const last = letters.at(-1);
        if (last === undefined) break;
        offset = last.offset + 1;
        const waiting = letters.filter((letter) => letter.offset < bounds.high && !replayed.has(letter.offset));
        const batch = waiting.slice(0, left);
        left -= batch.length;
        if (batch.length > 0) yield batch;
      }
    }
  }

  private async remember(topic: string, sent: ReceivedMessage[], metadata: RequestMetadata): Promise<void> {
    const letters = sent.map(({ partition, offset }) => ({ partition, offset }));
    const replayed: DeadLettersReplayed = { type: 'DeadLettersReplayed', data: { topic, letters } };
    await this.store.execute(DEAD_LETTERS, topic, () => [replayed], {
      metadata,
      within: async (sql) => {
        await sql.execute(
          `INSERT INTO dead_letter_replayed (topic, partition, letter_offset)
           SELECT $1, l.partition, l."offset" FROM jsonb_to_recordset($2::jsonb) AS l(partition integer, "offset" bigint)
           ON CONFLICT DO NOTHING`,
          [topic, JSON.stringify(letters)],
        );
      },
    });
  }

  /** Kafka removes from the front only: up to the first letter that still waits. Failing that, the table remembers. */
  private async removeSent(topic: string): Promise<void> {
    try {
      const partitions = await this.partitionsOf(topic);
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

  private async partitionsOf(topic: string): Promise<LetterPartition[]> {
    return (await letterPartitions(this.messaging, this.control)).filter((found) => found.topic === topic);
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
