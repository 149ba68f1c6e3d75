import type { ReceivedMessage } from '@icmp-mon/platform/messaging';
import { CHECK_STATUS_TOPIC, TARGET_STATUS_TOPIC } from '@icmp-mon/status/contract';
import { republishChecks, republishStatuses } from '@icmp-mon/status/server';
import type { CliContext } from './cli-context';

type Context = Pick<CliContext, 'control' | 'telemetry' | 'messaging' | 'contexts' | 'printLine'>;

const EVENTS_PER_STEP = 10_000;
/** Keys of the topic of statuses for which one was published. */
const PUBLISHED_TARGETS = `
  SELECT c.target_id AS key FROM target_status s JOIN status_change c ON c.shard = s.shard AND c.change_seq = s.change_seq
  JOIN status_publication p ON p.shard = s.shard AND p.published_seq >= s.change_seq`;
const PUBLISHED_CHECKS = `
  SELECT s.target_id || '/' || s.check_no AS key FROM check_status s
  JOIN check_publication p ON p.shard = s.shard AND p.published_seq >= s.change_seq`;

/**
 * Refills public topics that lost messages: events from the store, and the latest status of each target and check. Reads the topic's complete
 * content, because a recreated topic may have been written to since. Consumers drop repeats.
 */
export async function refillTopics(context: Context): Promise<void> {
  const { control, telemetry, messaging, printLine } = context;
  const missing = await firstMissingEvent(context);
  if (missing !== null) {
    await control.execute('UPDATE relay_cursor SET position = $1, updated_at = now() WHERE position > $1', [
      missing - 1,
    ]);
    printLine(`the relay publishes all events from position ${missing} again`);
  }
  if (await lacksKeys(context, TARGET_STATUS_TOPIC, PUBLISHED_TARGETS))
    printLine(`published the latest status of ${await republishStatuses(telemetry, messaging)} targets again`);
  if (await lacksKeys(context, CHECK_STATUS_TOPIC, PUBLISHED_CHECKS))
    printLine(`published the latest status of ${await republishChecks(telemetry, messaging)} checks again`);
}

/** Returns the position of the first event that the relay has published and no topic contains. */
async function firstMissingEvent({ control, messaging, contexts }: Context): Promise<number | null> {
  const { plugged } = (await contexts).relayed;
  const categories = plugged.map(({ aggregate }) => aggregate.category);
  const held = new Set<number>();
  // These topics have unlimited retention.
  for (const { topic } of plugged) {
    for await (const { headers } of messagesOf(messaging, topic)) held.add(Number(headers['ce_position']));
  }
  for (let after = 0; ;) {
    const events: { position: number; relayed: boolean }[] = await control.query(
      `SELECT position, split_part(stream, '-', 1) = ANY ($2::text[]) AS relayed FROM event
       WHERE position > $1 AND position <= (SELECT max(position) FROM relay_cursor) ORDER BY position LIMIT $3`,
      [after, categories, EVENTS_PER_STEP],
    );
    const missing = events.find(({ position, relayed }) => relayed && !held.has(position));
    if (missing) return missing.position;
    const last = events.at(-1);
    if (!last) return null;
    after = last.position;
  }
}

/** Returns whether the topic lacks one of the keys for which a message was published. */
async function lacksKeys({ telemetry, messaging }: Context, topic: string, published: string): Promise<boolean> {
  const held = new Set<string>();
  for await (const { key } of messagesOf(messaging, topic)) if (key !== null) held.add(key);
  const rows = await telemetry.query<{ key: string }>(published);
  return rows.some(({ key }) => !held.has(key));
}

async function* messagesOf(messaging: Context['messaging'], topic: string): AsyncGenerator<ReceivedMessage> {
  for (const [partition, { low, high }] of (await messaging.topicBounds([topic])).get(topic) ?? []) {
    for (let offset = low; offset < high;) {
      const messages = await messaging.readMessages(topic, partition, offset);
      const last = messages.at(-1);
      if (!last) break;
      yield* messages;
      offset = last.offset + 1;
    }
  }
}
