import type { Sql } from '@icmp-mon/platform/database';
import { PoisonError, readCloudEvent, type ReceivedMessage } from '@icmp-mon/platform/messaging';
import {
  type CurrentStatus,
  TARGET_STATUS_CHANGED,
  TARGET_STATUS_TOPIC,
  type TargetStatusChanged,
} from '@icmp-mon/status/contract';
import {
  TARGET_CHANGED,
  TARGET_REGISTERED,
  TARGET_REMOVED,
  type TargetChanged,
  type TargetRegistered,
  type TargetRemoved,
  TARGETS_TOPIC,
} from '@icmp-mon/targets/contract';

export const LIST_CHANGED_CHANNEL = 'target_list_changed';

/** Advisory lock of the writers of change numbers, which must become visible in their order; no other lock has this id. */
const LIST_LOCK = 7_260_101;

interface Changes {
  registered: Set<string>;
  changed: Set<string>;
  removed: Map<string, TargetRemoved['data']>;
  statuses: Map<string, CurrentStatus>;
}

/**
 * Numbers the changes of the target list for its streams, and updates its status columns. Runs as the consumer group `target-list`,
 * with one transaction per batch for both topics.
 */
export class TargetListProjection {
  readonly group = 'target-list';
  readonly topics = [TARGETS_TOPIC, TARGET_STATUS_TOPIC];

  /** @throws PoisonError for a message that can never be applied */
  readonly handle = async (sql: Sql, messages: ReceivedMessage[]): Promise<void> => {
    const changes = gather(messages);
    const { registered, changed, removed, statuses } = changes;
    if (registered.size + changed.size + removed.size + statuses.size === 0) return;
    await takeListLock(sql);
    if (registered.size > 0) await numberRegistered(sql, [...registered]);
    if (changed.size > 0) await numberChanged(sql, [...changed]);
    if (statuses.size > 0) await applyStatuses(sql, [...statuses.values()]);
    if (removed.size > 0) await numberRemoved(sql, [...removed.values()]);
    // Delivered when the transaction commits.
    await sql.query('SELECT pg_notify($1, $2)', [LIST_CHANGED_CHANNEL, '']);
  };
}

/** Takes the lock for writing change numbers until the transaction ends. */
export async function takeListLock(sql: Sql): Promise<void> {
  await sql.query('SELECT pg_advisory_xact_lock($1)', [LIST_LOCK]);
}

function gather(messages: ReceivedMessage[]): Changes {
  const changes: Changes = { registered: new Set(), changed: new Set(), removed: new Map(), statuses: new Map() };
  for (const message of messages) {
    // A tombstone is for other consumers; here the event TargetRemoved removes the target.
    if (message.value === null && message.topic === TARGET_STATUS_TOPIC) continue;
    // `readCloudEvent` checks known types against their schema.
    const { type, data } = readCloudEvent(message);
    if (data === null) throw new PoisonError('event without data');
    if (type === TARGET_REGISTERED) changes.registered.add((data as TargetRegistered['data']).targetId);
    else if (type === TARGET_CHANGED) changes.changed.add((data as TargetChanged['data']).targetId);
    else if (type === TARGET_REMOVED) keepRemoved(changes.removed, data as TargetRemoved['data']);
    else if (type === TARGET_STATUS_CHANGED) keepNewest(changes.statuses, data as TargetStatusChanged['data']);
    // Any other type comes from a newer release: it changes nothing that this version knows.
  }
  return changes;
}

function keepRemoved(removed: Changes['removed'], target: TargetRemoved['data']): void {
  removed.set(target.targetId, target);
}

function keepNewest(statuses: Changes['statuses'], status: TargetStatusChanged['data']): void {
  const kept = statuses.get(status.targetId);
  if (kept !== undefined && kept.changeSeq >= status.changeSeq) return;
  const since = status.from === status.to ? (kept?.since ?? null) : status.at;
  statuses.set(status.targetId, { ...status, since });
}

async function numberRegistered(sql: Sql, ids: string[]): Promise<void> {
  await sql.execute(
    `UPDATE target_list SET list_seq = nextval('list_seq') WHERE id = ANY ($1::uuid[]) AND list_seq IS NULL`,
    [ids],
  );
}

/** Gives changed rows a new number; streams then publish the current row. */
async function numberChanged(sql: Sql, ids: string[]): Promise<void> {
  await sql.execute(`UPDATE target_list SET list_seq = nextval('list_seq') WHERE id = ANY ($1::uuid[])`, [ids]);
}

/** Applies statuses. A repeated older change, as from a restarted publisher, changes nothing. */
export async function applyStatuses(sql: Sql, statuses: readonly CurrentStatus[]): Promise<void> {
  const rows = statuses.map((status) => ({
    id: status.targetId,
    status: status.to,
    reason: status.reason,
    since: status.since,
    at: status.at,
    last_success_at: status.lastSuccessAt,
    change_seq: status.changeSeq,
  }));
  await sql.execute(
    `UPDATE target_list t
     SET status = s.status, reason = s.reason,
         since = coalesce(s.since, CASE WHEN t.status = s.status THEN t.since END, s.at),
         last_success_at = s.last_success_at, change_seq = s.change_seq, list_seq = nextval('list_seq')
     FROM jsonb_to_recordset($1::jsonb) AS s
       (id uuid, status text, reason text, since timestamptz, at timestamptz, last_success_at timestamptz, change_seq bigint)
     WHERE t.id = s.id AND t.change_seq < s.change_seq`,
    [JSON.stringify(rows)],
  );
}

async function numberRemoved(sql: Sql, removed: TargetRemoved['data'][]): Promise<void> {
  await sql.execute(
    `INSERT INTO target_list_removed (list_seq, key, id)
     SELECT nextval('list_seq'), r.key, r.id FROM jsonb_to_recordset($1::jsonb) AS r (key integer, id uuid)`,
    [JSON.stringify(removed.map(({ key, targetId }) => ({ key, id: targetId })))],
  );
}

/**
 * Deletes removals older than a time; a client with an older event id must read the list again.
 * @returns how many were deleted, at most `limit`
 */
export async function forgetRemovals(sql: Sql, olderThan: Date, limit = 10_000): Promise<number> {
  const rows = await sql.query<{ list_seq: number }>(
    `DELETE FROM target_list_removed WHERE list_seq IN (
       SELECT list_seq FROM target_list_removed WHERE removed_at < $1 ORDER BY list_seq LIMIT $2)
     RETURNING list_seq`,
    [olderThan, limit],
  );
  const highest = Math.max(0, ...rows.map((row) => row.list_seq));
  await sql.execute('UPDATE target_list_horizon SET list_seq = greatest(list_seq, $1)', [highest]);
  return rows.length;
}
