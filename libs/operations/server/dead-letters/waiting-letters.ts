import type { Sql } from '@icmp-mon/platform/database';
import type { LogBounds, Messaging } from '@icmp-mon/platform/messaging';

/** A partition of a topic's `.dlq`, and which of its letters were sent back already. */
export interface LetterPartition {
  topic: string;
  partition: number;
  bounds: LogBounds;
  replayed: ReadonlySet<number>;
}

/**
 * Where dead letters lie. A letter that was sent back counts no more, also while Kafka still holds it: its offset is kept in
 * `dead_letter_replayed` until Kafka has removed it.
 */
export async function letterPartitions(messaging: Messaging, control: Sql): Promise<LetterPartition[]> {
  const bounds = await messaging.deadLetters.bounds();
  const rows = await control.query<{ topic: string; partition: number; letter_offset: number }>(
    'SELECT topic, partition, letter_offset FROM dead_letter_replayed',
  );
  return [...bounds].flatMap(([topic, partitions]) =>
    [...partitions].map(([partition, found]) => {
      const isHere = (row: (typeof rows)[number]): boolean =>
        row.topic === topic && row.partition === partition && row.letter_offset >= found.low;
      return {
        topic,
        partition,
        bounds: found,
        replayed: new Set(rows.filter(isHere).map((row) => row.letter_offset)),
      };
    }),
  );
}

export const waitingIn = ({ bounds, replayed }: LetterPartition): number =>
  Math.max(0, bounds.high - bounds.low - replayed.size);

/** How many letters of each topic wait, topics in order of their names. */
export async function waitingByTopic(
  messaging: Messaging,
  control: Sql,
): Promise<{ topic: string; waiting: number }[]> {
  const waiting = new Map<string, number>();
  for (const partition of await letterPartitions(messaging, control)) {
    waiting.set(partition.topic, (waiting.get(partition.topic) ?? 0) + waitingIn(partition));
  }
  return [...waiting].map(([topic, count]) => ({ topic, waiting: count })).sort((a, b) => (a.topic < b.topic ? -1 : 1));
}
