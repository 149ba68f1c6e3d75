import type { ReplayRequest, ReplayResult } from '@icmp-mon/operations/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { EventStore, keepAnswer } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { Messaging, type ReceivedMessage } from '@icmp-mon/platform/messaging';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { DEAD_LETTERS, replayed } from './dead-letters';
import { lockTopic, oneLetter, removeSent, waitingLetters } from './letters-to-replay';
import { requireTopic } from './list-dead-letters';
import { letterPartitions, waitingIn } from './waiting-letters';

/** Replays dead letters to the consumer group that could not process them: one, or all of a topic (1,000 per request). */
export class ReplayDeadLetters extends Command<ReplayResult> {
  constructor(
    readonly request: ReplayRequest,
    readonly metadata: RequestMetadata,
  ) {
    super();
  }
}

/**
 * Each batch is recorded as replayed in the transaction that appends its audit event, and one request at a time replays a topic, so
 * that two operators, two clicks or a retry do not replay a letter twice. A crash between sending a batch and recording it replays
 * that batch again: consumers drop duplicates.
 */
@CommandHandler(ReplayDeadLetters)
export class ReplayDeadLettersHandler implements ICommandHandler<ReplayDeadLetters> {
  constructor(
    private readonly messaging: Messaging,
    private readonly control: ControlDatabase,
    private readonly store: EventStore,
  ) {}

  /** @throws DomainError `not_found` (topic or letter), `conflict` (already replayed, or being replayed), `unavailable` */
  async execute({ request, metadata }: ReplayDeadLetters): Promise<ReplayResult> {
    const { topic, partition = 0, offset } = request;
    const { messaging, control } = this;
    requireTopic(messaging, topic);
    // This transaction only holds the lock: each batch is recorded and audited in the transaction of its append.
    return control.transaction(async (lock) => {
      await lockTopic(lock, topic);
      const partitions = (await letterPartitions(messaging, control)).filter((found) => found.topic === topic);
      const waiting = partitions.reduce((sum, found) => sum + waitingIn(found), 0);
      const batches =
        offset === undefined
          ? waitingLetters(messaging, partitions, lock)
          : oneLetter(messaging, partitions, partition, offset);
      let sent = 0;
      try {
        for await (const letters of batches) {
          await messaging.deadLetters.resend(topic, letters);
          await this.recordReplay(topic, letters, metadata);
          sent += letters.length;
        }
      } finally {
        await removeSent(messaging, control, topic);
      }
      const done: ReplayResult = { topic, replayed: sent, left: Math.max(0, waiting - sent) };
      // Stored before the lock is released: a retry of the request finds either the response or the lock.
      await control.transaction((sql) => keepAnswer(sql, done));
      return done;
    });
  }

  private async recordReplay(topic: string, sent: ReceivedMessage[], metadata: RequestMetadata): Promise<void> {
    const letters = sent.map(({ partition, offset }) => ({ partition, offset }));
    await this.store.execute(DEAD_LETTERS, topic, () => replayed(topic, letters), {
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
}
