import type { ControlDatabase, Sql } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { LETTER_BATCH_BYTES, type Messaging, type ReceivedMessage } from '@icmp-mon/platform/messaging';
import { createLogger } from '@icmp-mon/platform/ops';
import { letterPartitions, type LetterPartition } from './waiting-letters';

/** Limits of one replay request: letters and time, ms. The response contains how many letters are left. */
const REPLAY_MAX = 1_000;
const REPLAY_MS_MAX = 30_000;
const BATCH_MAX = 100;
const logger = createLogger('dead-letters');

/** Yields one letter. @throws DomainError `conflict` (already replayed), `not_found` */
export async function* oneLetter(
  messaging: Messaging,
  partitions: LetterPartition[],
  partition: number,
  offset: number,
): AsyncGenerator<ReceivedMessage[]> {
  const found = partitions.find((candidate) => candidate.partition === partition);
  if (found?.replayed.has(offset)) {
    throw new DomainError('conflict', `The letter ${partition}/${offset} of ${found.topic} was already replayed.`);
  }
  const isHeld = found !== undefined && offset >= found.bounds.low && offset < found.bounds.high;
  const [letter] = isHeld ? await messaging.deadLetters.readLetters({ topic: found.topic, partition, offset }, 1) : [];
  if (letter?.offset !== offset) {
    throw new DomainError('not_found', `There is no dead letter ${partition}/${offset} of this topic.`);
  }
  yield [letter];
}

/** Yields waiting letters in batches, up to the log end known at the start: letters that fail again land beyond it and are not replayed twice. */
export async function* waitingLetters(
  messaging: Messaging,
  partitions: LetterPartition[],
  lock: Sql,
): AsyncGenerator<ReceivedMessage[]> {
  const untilMs = performance.now() + REPLAY_MS_MAX;
  let left = REPLAY_MAX;
  for (const { topic, partition, bounds, replayed } of partitions) {
    for (let offset = bounds.low; offset < bounds.high && left > 0 && performance.now() < untilMs;) {
      // Prevents the idle timeout of the transaction, and throws if the connection, and with it the lock, was lost.
      await lock.query('SELECT 1');
      const place = { topic, partition, offset };
      const letters = await messaging.deadLetters.readLetters(place, BATCH_MAX, LETTER_BATCH_BYTES);
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

/** Deletes replayed letters from Kafka, which deletes only from the front: up to the first waiting letter. On failure the table still marks them as replayed. */
export async function removeSent(messaging: Messaging, control: ControlDatabase, topic: string): Promise<void> {
  try {
    const partitions = (await letterPartitions(messaging, control)).filter((found) => found.topic === topic);
    for (const { partition, bounds, replayed } of partitions) {
      let offset = bounds.low;
      while (replayed.has(offset)) offset += 1;
      if (offset > bounds.low) await messaging.deadLetters.forgetBelow({ topic, partition, offset });
      await control.execute(
        'DELETE FROM dead_letter_replayed WHERE topic = $1 AND partition = $2 AND letter_offset < $3',
        [topic, partition, offset],
      );
    }
  } catch (error) {
    logger.warn(
      { err: error, topic },
      'replayed dead letters could not be deleted from Kafka; the next replay deletes them',
    );
  }
}

/** Takes the topic's replay lock until the transaction ends. @throws DomainError `conflict` while another request replays the topic */
export async function lockTopic(sql: Sql, topic: string): Promise<void> {
  const [row] = await sql.query<{ locked: boolean }>(
    'SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS locked',
    [`dead-letters ${topic}`],
  );
  if (row?.locked === true) return;
  throw new DomainError(
    'conflict',
    `The dead letters of ${topic} are being replayed by another request. Retry in a moment.`,
  );
}
