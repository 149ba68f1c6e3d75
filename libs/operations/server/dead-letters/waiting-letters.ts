import type { Sql } from '@icmp-mon/platform/database';
import type { LogBounds, Messaging } from '@icmp-mon/platform/messaging';

/** A partition of a dead-letter topic, and the offsets of its letters that were already replayed. */
export interface LetterPartition {
  topic: string;
  partition: number;
  bounds: LogBounds;
  replayed: ReadonlySet<number>;
}

interface ReplayedRow {
  topic: string;
  partition: number;
  letter_offset: number;
}

/**
 * Returns all partitions of dead-letter topics. A replayed letter no longer counts, even while Kafka still contains it: its offset
 * stays in `dead_letter_replayed` until Kafka has deleted it. An offset past the end of the log belongs to a former log of a recreated
 * topic; it is deleted before a new letter gets the same offset. `control` must not be a transaction that stays open.
 */
export async function letterPartitions(messaging: Messaging, control: Sql): Promise<LetterPartition[]> {
  // Read before the bounds: every letter replayed so far is below a log end that is read later.
  const rows = await control.query<ReplayedRow>('SELECT topic, partition, letter_offset FROM dead_letter_replayed');
  const bounds = await messaging.deadLetters.letterBounds();
  await forgetStrays(control, rows, bounds);
  return [...bounds].flatMap(([topic, partitions]) =>
    [...partitions].map(([partition, found]) => {
      const isHere = (row: ReplayedRow): boolean =>
        row.topic === topic &&
        row.partition === partition &&
        row.letter_offset >= found.low &&
        row.letter_offset < found.high;
      return {
        topic,
        partition,
        bounds: found,
        replayed: new Set(rows.filter(isHere).map((row) => row.letter_offset)),
      };
    }),
  );
}

async function forgetStrays(
  control: Sql,
  rows: readonly ReplayedRow[],
  bounds: Map<string, Map<number, LogBounds>>,
): Promise<void> {
  const strays = rows.filter(
    ({ topic, partition, letter_offset }) => letter_offset >= (bounds.get(topic)?.get(partition)?.high ?? Infinity),
  );
  if (strays.length === 0) return;
  await control.execute(
    `DELETE FROM dead_letter_replayed r
     USING jsonb_to_recordset($1::jsonb) AS s(topic text, partition integer, letter_offset bigint)
     WHERE r.topic = s.topic AND r.partition = s.partition AND r.letter_offset = s.letter_offset`,
    [JSON.stringify(strays)],
  );
}

export const waitingIn = ({ bounds, replayed }: LetterPartition): number =>
  Math.max(0, bounds.high - bounds.low - replayed.size);

/** Returns how many letters of each topic wait for replay, ordered by topic name. */
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
