import type { Sql } from '@icmp-mon/platform/database';
import { PoisonError, readCloudEvent, type ReceivedMessage } from '@icmp-mon/platform/messaging';
import {
  type NewestStatus,
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

/** Change numbers must become visible in their order, so their writers take turns; the number is only ours. */
const LIST_LOCK = 7_260_101;

interface Changes {
  registered: Set<string>;
  changed: Set<string>;
  removed: Map<string, TargetRemoved['data']>;
  statuses: Map<string, NewestStatus>;
}

/**
 * Numbers what changed in the target list, for those who follow it, and keeps its status columns. Runs as the consumer
 * group `target-list`; both topics in one transaction a batch.
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
    // Delivered when the transaction commits, not before.
    await sql.query('SELECT pg_notify($1, $2)', [LIST_CHANGED_CHANNEL, '']);
  };
}

/** Until the transaction ends, nobody else numbers what changes in the list. */
export async function takeListLock(sql: Sql): Promise<void> {
  await sql.query('SELECT pg_advisory_xact_lock($1)', [LIST_LOCK]);
}

function gather(messages: ReceivedMessage[]): Changes {
  const changes: Changes = { registered: new Set(), changed: new Set(), removed: new Map(), statuses: new Map() };
  for (const message of messages) {
    // A tombstone tells others that the target is gone; here the removal itself did.
    if (message.value === null && message.topic === TARGET_STATUS_TOPIC) continue;
    // Known types come checked against their schema.
    const { type, data } = readCloudEvent(message);
    if (data === null) throw new PoisonError('an event without data');
    if (type === TARGET_REGISTERED) changes.registered.add((data as TargetRegistered['data']).targetId);
    else if (type === TARGET_CHANGED) changes.changed.add((data as TargetChanged['data']).targetId);
    else if (type === TARGET_REMOVED) keepRemoved(changes.removed, data as TargetRemoved['data']);
    else if (type === TARGET_STATUS_CHANGED) keepNewest(changes.statuses, data as TargetStatusChanged['data']);
    // Another type is a newer producer's: it changes nothing that this version knows of.
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

/** Who follows the list reads the row as it is now. */
async function numberChanged(sql: Sql, ids: string[]): Promise<void> {
  await sql.execute(`UPDATE target_list SET list_seq = nextval('list_seq') WHERE id = ANY ($1::uuid[])`, [ids]);
}

/** A repeat of an older change, as a publisher that was killed sends it, changes nothing. */
export async function applyStatuses(sql: Sql, statuses: readonly NewestStatus[]): Promise<void> {
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
 * Forgets removals older than a time; a client that saw nothing since then has to read the list anew.
 * @returns how many were forgotten, at most `limit`
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
