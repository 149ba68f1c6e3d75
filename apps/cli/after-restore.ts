import { CONTROL_MIGRATIONS, TELEMETRY_MIGRATIONS } from '@icmp-mon/migrations';
import { migrate, type Sql } from '@icmp-mon/platform/database';
import {
  type Aggregate,
  type DomainEvent,
  type RecordedEvent,
  sealPersonalData,
  streamOf,
} from '@icmp-mon/platform/event-store';
import { readCloudEvent, type ReceivedMessage } from '@icmp-mon/platform/messaging';
import type { CliContext } from './cli-context';
import type { Actions } from './actions';
import type { PluggedContexts } from './contexts';
import { patiently } from './patiently';

/**
 * Numbers issued between the backup and its restore are still in logs and in agents' memory. Numbering therefore continues far above
 * them, so that no number has two meanings.
 */
const JUMP = {
  feedPositions: 1_000_000_000,
  targetKeys: 1_000_000,
  eventPositions: 1_000_000,
  listNumbers: 1_000_000,
  epochs: 1_000_000,
};

/** Most events that one restore takes from Kafka: more belong to another installation. */
const EVENTS_MAX = 1_000_000;

export const AFTER_RESTORE_ACTIONS: Actions = { 'after-restore': (context) => afterRestore(context) };

type Context = Pick<CliContext, 'config' | 'control' | 'telemetry' | 'messaging' | 'contexts' | 'printLine'>;

/** Takes over the events that Kafka still has and the backup lacks, and advances every numbering. */
export async function afterRestore(context: Context): Promise<void> {
  const { control, telemetry, messaging, config, printLine } = context;
  // A backup of an older release lacks later migrations.
  await migrate(config.controlDatabaseUrl, CONTROL_MIGRATIONS);
  await migrate(config.telemetryDatabaseUrl, TELEMETRY_MIGRATIONS);
  const { relayed } = await context.contexts;
  const messages = await patiently(async () => {
    await messaging.ensureTopics({ shardCount: config.shardCount });
    return relayedSince(context, relayed);
  });
  const taken = await control.transaction(async (sql) => {
    const count = await takeBack(sql, messages, relayed);
    await moveNumbersOn(sql);
    await endDrains(sql);
    return count;
  });
  for (const database of [control, telemetry]) {
    await database.execute(`UPDATE lease SET epoch = epoch + ${JUMP.epochs}, expires_at = now()`);
  }
  if (taken > 0) printLine(`${taken} events newer than the backup were restored from Kafka`);
}

/** Returns the messages of the public topics whose events the store does not contain. */
async function relayedSince(
  { control, messaging }: Context,
  relayed: PluggedContexts['relayed'],
): Promise<ReceivedMessage[]> {
  const topics = relayed.plugged.map(({ topic }) => topic);
  const [head] = await control.query<{ position: number }>('SELECT coalesce(max(position), 0) AS position FROM event');
  const bounds = await messaging.topicBounds(topics);
  const read = await control.query<{ topic: string; partition: number; next_offset: number }>(
    'SELECT topic, partition, min(next_offset) AS next_offset FROM consumer_offset GROUP BY topic, partition',
  );
  const found: ReceivedMessage[] = [];
  for (const topic of topics) {
    for (const [partition, { low, high }] of bounds.get(topic) ?? []) {
      const known = read.find((row) => row.topic === messaging.topic(topic) && row.partition === partition);
      for (let offset = Math.max(low, known?.next_offset ?? low); offset < high;) {
        const messages = await messaging.readMessages(topic, partition, offset);
        found.push(...messages.filter((message) => positionOf(message) > (head?.position ?? 0)));
        if (found.length > EVENTS_MAX)
          throw new Error(
            `${topic} contains more than ${EVENTS_MAX} events that the backup lacks. Is it the topic of another installation?`,
          );
        offset = (messages.at(-1)?.offset ?? high - 1) + 1;
      }
    }
  }
  return found.sort((a, b) => positionOf(a) - positionOf(b));
}

function positionOf(message: ReceivedMessage): number {
  return Number(message.headers['ce_position'] ?? 0);
}

async function takeBack(
  sql: Sql,
  messages: readonly ReceivedMessage[],
  relayed: PluggedContexts['relayed'],
): Promise<number> {
  let last = 0;
  let count = 0;
  for (const message of messages) {
    const position = positionOf(message);
    // The relay may have published it twice.
    if (position === last) continue;
    last = position;
    const [, category] = readCloudEvent(message).type.split('.');
    const found = relayed.plugged.find(({ aggregate }) => aggregate.category === category);
    if (!found) continue;
    await found.aggregate.project?.(sql, [await insertEvent(sql, found.aggregate, position, message)]);
    count++;
  }
  if (last > 0) await sql.execute('UPDATE relay_cursor SET position = greatest(position, $1)', [last]);
  return count;
}

async function insertEvent(
  sql: Sql,
  { category, personal }: Pick<Aggregate<unknown, DomainEvent>, 'category' | 'personal'>,
  position: number,
  message: ReceivedMessage,
): Promise<RecordedEvent> {
  const event = readCloudEvent<object>(message);
  const { correlationId, causationId } = event.metadata;
  // The actor is not part of the published event.
  const metadata = { actor: 'restored', causationId, correlationId: correlationId ?? event.id };
  const recorded = {
    ...{ position, id: event.id, stream: streamOf(category, message.key ?? ''), metadata, occurredAt: event.time },
    type: eventTypeOf(event.type),
    data: event.data ?? {},
  };
  const { stream, type, data } = recorded;
  const [{ version }] = await sql.query<{ version: number }>(
    'SELECT coalesce(max(version), 0) + 1 AS version FROM event WHERE stream = $1',
    [stream],
  );
  const [[stored]] = await sealPersonalData(sql, [{ stream, personal, events: [{ version, type, data }] }]);
  await sql.execute(
    `INSERT INTO event (position, id, stream, version, type, data, metadata, occurred_at) OVERRIDING SYSTEM VALUE
     VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7::jsonb, $8)`,
    [position, recorded.id, stream, version, type, JSON.stringify(stored), JSON.stringify(metadata), event.time],
  );
  return { ...recorded, version };
}

/** The inverse of `cloudEventType`: 'icmpmon.agent.certificate-renewed.v1' → 'AgentCertificateRenewed'. */
export function eventTypeOf(cloudEventType: string): string {
  const [, entity, verb] = cloudEventType.split('.');
  const words = [...entity.split('-'), ...verb.split('-')];
  return words.map((word) => word[0].toUpperCase() + word.slice(1)).join('');
}

/** The agents are as of now, and such a job of the backup would drain those again whose drain was cancelled since. */
async function endDrains(sql: Sql): Promise<void> {
  await sql.execute(
    `UPDATE agent_drain_job SET state = 'stopped', finished_at = now(),
       why = 'The databases were restored from a backup. Drain the rest again to continue.' WHERE finished_at IS NULL`,
  );
}

async function moveNumbersOn(sql: Sql): Promise<void> {
  await sql.query(`SELECT setval('shard_feed_position', nextval('shard_feed_position') + ${JUMP.feedPositions})`);
  await sql.query(
    `SELECT setval('target_key_seq', greatest(nextval('target_key_seq'), (SELECT max(key) FROM target_list)) + ${JUMP.targetKeys})`,
  );
  const [list] = await sql.query<{ number: number }>(
    `SELECT setval('list_seq', nextval('list_seq') + ${JUMP.listNumbers}) AS number`,
  );
  // Clients that followed the list before the restore must read it again.
  await sql.execute('UPDATE target_list_horizon SET list_seq = $1', [list?.number ?? 0]);
  await sql.query(
    `SELECT setval(pg_get_serial_sequence('event', 'position'), coalesce(max(position), 0) + ${JUMP.eventPositions}) FROM event`,
  );
}
