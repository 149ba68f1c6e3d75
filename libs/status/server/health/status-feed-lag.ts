import type { HealthFacts } from '@icmp-mon/platform/health';
import type { LogBounds } from '@icmp-mon/platform/messaging';
import { TARGET_STATUS_TOPIC } from '@icmp-mon/status/contract';
import type { Waiting } from './status-lag';

/** Consumer group that maintains the target list. */
const LIST_GROUP = 'target-list';

/** Counts status changes that are stored but not published. */
export async function publishLag(look: HealthFacts): Promise<Waiting> {
  const [row] = await look.telemetry.query<{ behind: number; oldest_s: number | null }>(
    `SELECT coalesce(sum(head.seq - reached.seq), 0)::float8 AS behind,
       extract(epoch FROM clock_timestamp() - min((SELECT c.at FROM status_change c WHERE c.shard = s.shard AND c.change_seq > reached.seq
                                                   ORDER BY c.change_seq LIMIT 1)))::float8 AS oldest_s
     FROM shard s
     CROSS JOIN LATERAL (SELECT coalesce((SELECT published_seq FROM status_publication p WHERE p.shard = s.shard), 0) AS seq) reached
     CROSS JOIN LATERAL (SELECT coalesce((SELECT max(change_seq) FROM status_change c WHERE c.shard = s.shard), 0) AS seq) head
     WHERE head.seq > reached.seq`,
  );
  const behind = row?.behind ?? 0;
  return { behind, ageS: look.waiting.lasting('published', behind > 0, row?.oldest_s ?? 0) };
}

/** Counts status changes that are published but not in the target list; returns the last known count while Kafka does not answer. */
export async function listLag(look: HealthFacts, bounds: Map<string, Map<number, LogBounds>> | null): Promise<Waiting> {
  const topic = look.messaging.topic(TARGET_STATUS_TOPIC);
  const ends = bounds?.get(TARGET_STATUS_TOPIC);
  const offsets = await look.control.query<{ partition: number; next_offset: number }>(
    'SELECT partition, next_offset FROM consumer_offset WHERE group_id = $1 AND topic = $2',
    [LIST_GROUP, topic],
  );
  let behind = 0;
  let oldestMs = look.nowMs;
  for (const { partition, next_offset } of offsets) {
    const { low, high } = ends?.get(partition) ?? { low: 0, high: 0 };
    const offset = Math.max(next_offset, low);
    if (offset >= high) continue;
    behind += high - offset;
    const sinceMs = await look.waiting.oldestWaitingAt({
      group: LIST_GROUP,
      topic: TARGET_STATUS_TOPIC,
      partition,
      offset,
    });
    if (sinceMs !== null) oldestMs = Math.min(oldestMs, sinceMs);
  }
  return { behind, ageS: look.waiting.lasting('listed', behind > 0, (look.nowMs - oldestMs) / 1_000) };
}
