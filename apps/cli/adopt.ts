import { latestFacts } from '@icmp-mon/assignment/server';
import type { Sql } from '@icmp-mon/platform/database';
import { SHARD_TOPIC, type LogBounds } from '@icmp-mon/platform/messaging';
import { adoptShard, type ShardPosition } from '@icmp-mon/shard/engine';
import type { CliContext } from './cli-context';
import { patiently } from './patiently';

type Context = Pick<CliContext, 'config' | 'control' | 'telemetry' | 'messaging' | 'contexts' | 'printLine'>;

/** Continues a shard from the current content of its log. `newLog`: none of it was ever read; `fresh`: ignores the checkpoint. */
export async function adopt(
  context: Context,
  { shard, log, stored, state }: ShardPosition,
  { newLog, fresh }: { newLog: boolean; fresh: boolean },
): Promise<void> {
  const { control, messaging, config } = context;
  // Without a usable checkpoint but with the same log, stored results need not be read again.
  const low = newLog || state !== 'ok' ? log.low : Math.max(log.low, stored + 1);
  const [first] = await patiently(() => messaging.readMessages(SHARD_TOPIC, shard, low));
  const participants = (await context.contexts).participants.plugged;
  for (const { prepareAdoption } of participants) await patiently(async () => prepareAdoption?.(shard, newLog));
  const { notMeasured } = await adoptShard({
    telemetryUrl: config.telemetryDatabaseUrl,
    shard,
    low,
    newLog,
    fresh,
    logFrom: first ? new Date(first.timestampMs) : new Date(),
    feed: await latestFacts(control, shard),
    participants: (number, directory) => participants.map(({ create }) => create(number, directory)),
  });
  const gap = notMeasured
    ? `not measured from ${notMeasured.from.toISOString()} to ${notMeasured.to.toISOString()}`
    : 'nothing is missing';
  context.printLine(`shard ${shard}: continues from offset ${low}; ${gap}`);
}

interface OffsetRow {
  group_id: string;
  topic: string;
  partition: number;
  next_offset: number;
}

/** Consumer group whose position is past the end of the topic. */
export interface LostGroup extends OffsetRow {
  database: Sql;
  log: LogBounds;
}

/** Returns the groups whose topics were created again: the new topic does not contain what they had read. */
export async function lostGroups({ control, telemetry, messaging }: Context): Promise<LostGroup[]> {
  const lost: LostGroup[] = [];
  for (const database of [control, telemetry]) {
    const rows = await database.query<OffsetRow>(
      'SELECT group_id, topic, partition, next_offset FROM consumer_offset ORDER BY group_id, topic, partition',
    );
    const prefix = messaging.topic('');
    const topics = new Set(rows.map(({ topic }) => topic).filter((topic) => topic.startsWith(prefix)));
    if (topics.size === 0) continue;
    const bounds = await messaging.topicBounds([...topics].map((topic) => topic.slice(prefix.length)));
    for (const row of rows) {
      const log = bounds.get(row.topic.slice(prefix.length))?.get(row.partition);
      if (log && row.next_offset > log.high) lost.push({ ...row, database, log });
    }
  }
  return lost;
}

/** Makes the group read the topic from its start; it recognises events that it has already processed by their positions. */
export async function adoptGroup(context: Context, { database, log, ...group }: LostGroup): Promise<void> {
  const { group_id, topic, partition, next_offset } = group;
  await database.execute(
    `UPDATE consumer_offset SET next_offset = $5 WHERE group_id = $1 AND topic = $2 AND partition = $3 AND next_offset = $4`,
    [group_id, topic, partition, next_offset, log.low],
  );
  context.printLine(`group ${group_id}: reads ${topic}/${partition} from offset ${log.low}`);
}
