import type { Sql } from '@icmp-mon/platform/database';
import { type Messaging, PoisonError, type ReceivedMessage } from '@icmp-mon/platform/messaging';
import type { ReadModel } from './read-model';

/** Next offset to apply, by `<logical topic>/<partition>`. */
export type TopicOffsets = Readonly<Record<string, number>>;

export interface TopicSource {
  database: Sql;
  messaging: Pick<Messaging, 'topicBounds' | 'readMessages' | 'topic'>;
  /** The consumer group that writes the live model. */
  group: string;
  /** Logical topics, in the order in which they are read. */
  topics: readonly string[];
  /** The projection's own function. */
  handle(sql: Sql, messages: ReceivedMessage[]): Promise<void>;
}

interface Handled {
  topic: string;
  partition: number;
  next_offset: number;
}

/** Returns the source of read models that a consumer group writes: its topics, up to the group's offsets. */
export function topicReplay(
  source: TopicSource,
): Pick<ReadModel<TopicOffsets>, 'start' | 'remaining' | 'applyNext' | 'holdWriters'> {
  return {
    start: {},
    async remaining(from) {
      const ranges = await openRanges(source, source.database, from);
      return ranges.reduce((sum, { offset, end }) => sum + end - offset, 0);
    },
    async applyNext(sql, from) {
      const [range] = await openRanges(source, sql, from);
      if (!range) return { applied: 0, progress: from };
      const { topic, partition, offset, end } = range;
      const read = await source.messaging.readMessages(topic, partition, offset);
      const messages = read.filter((message) => message.offset < end);
      await handleAll(source, sql, messages);
      // Skips offsets without messages, which compaction and transaction markers leave behind.
      const next = messages.length === read.length ? (messages.at(-1)?.offset ?? end - 1) + 1 : end;
      return { applied: Math.max(1, messages.length), progress: { ...from, [`${topic}/${partition}`]: next } };
    },
    async holdWriters(sql) {
      await sql.query('SELECT 1 FROM consumer_offset WHERE group_id = $1 ORDER BY topic, partition FOR UPDATE', [
        source.group,
      ]);
    },
  };
}

async function openRanges(
  { messaging, group, topics }: TopicSource,
  sql: Sql,
  from: TopicOffsets,
): Promise<{ topic: string; partition: number; offset: number; end: number }[]> {
  const handled = await sql.query<Handled>(
    'SELECT topic, partition, next_offset FROM consumer_offset WHERE group_id = $1 ORDER BY partition',
    [group],
  );
  const bounds = await messaging.topicBounds(topics);
  return topics.flatMap((topic) =>
    handled
      .filter((row) => row.topic === messaging.topic(topic))
      .map(({ partition, next_offset }) => {
        const low = bounds.get(topic)?.get(partition)?.low ?? 0;
        return { topic, partition, offset: Math.max(low, from[`${topic}/${partition}`] ?? low), end: next_offset };
      })
      .filter(({ offset, end }) => offset < end),
  );
}

/** Handles messages. Skips messages that the live projection had to dead-letter (poison). */
async function handleAll({ handle }: TopicSource, sql: Sql, messages: ReceivedMessage[]): Promise<void> {
  if (messages.length === 0) return;
  try {
    await handle(sql, messages);
  } catch (error) {
    if (!(error instanceof PoisonError)) throw error;
    if (messages.length === 1) return;
    for (const message of messages) await handleAll({ handle } as TopicSource, sql, [message]);
  }
}
