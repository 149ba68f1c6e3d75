import { DomainError } from '@icmp-mon/platform/errors';
import { type DeadLetterLog, LETTER_BATCH_BYTES } from './dead-letter-log';

const BATCH_MAX = 100;

/**
 * Replays the dead letters of a topic, each to its original partition and for its group only, then deletes them. A letter that fails again
 * becomes a new dead letter. Delivery is at least once: an interrupted replay repeats letters. Returns the number of letters.
 */
export async function replayDeadLetters(log: DeadLetterLog, topic: string): Promise<number> {
  if (!log.topics.includes(topic))
    throw new DomainError(
      'not_found',
      `The topic ${topic} has no dead letters. Topics with dead letters: ${log.topics.join(', ')}.`,
    );
  const partitions = (await log.letterBounds()).get(topic) ?? new Map();
  let replayed = 0;
  for (const [partition, { low, high }] of partitions) {
    for (let offset = low; offset < high;) {
      const found = await log.readLetters({ topic, partition, offset }, BATCH_MAX, LETTER_BATCH_BYTES);
      const letters = found.filter((letter) => letter.offset < high);
      const last = letters.at(-1);
      if (last === undefined) break;
      await log.resend(topic, letters);
      replayed += letters.length;
      offset = last.offset + 1;
    }
    if (high > low) await log.forgetBelow({ topic, partition, offset: high });
  }
  return replayed;
}
