import { DomainError } from '@icmp-mon/platform/errors';
import { type DeadLetterLog, LETTER_BATCH_BYTES } from './dead-letter-log';

const BATCH_MAX = 100;

/**
 * Sends the dead letters of a topic back to it, each to its partition and for its group alone, and deletes them. Those that
 * fail again come back as new ones. At least once: an interrupted replay repeats. Returns how many were sent.
 */
export async function replayDeadLetters(log: DeadLetterLog, topic: string): Promise<number> {
  if (!log.topics.includes(topic)) throw new DomainError('not_found', `There are no dead letters of a topic ${topic}.`);
  const partitions = (await log.bounds()).get(topic) ?? new Map();
  let replayed = 0;
  for (const [partition, { low, high }] of partitions) {
    for (let offset = low; offset < high;) {
      const found = await log.read({ topic, partition, offset }, BATCH_MAX, LETTER_BATCH_BYTES);
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
