import type { Sql, Transactor } from '@icmp-mon/platform/database';
import { eventReplay, type ReadModel, replaceRows } from '@icmp-mon/platform/rebuild';
import type { ChangeMarks, CurrentStatus, CurrentStatuses } from '@icmp-mon/status/contract';
import { TARGET } from '../target';
import { applyStatuses, LIST_CHANGED_CHANNEL, takeListLock } from './target-list-projection';

const KEYS_PER_STEP = 5_000;

interface RebuildProgress {
  event: number;
  marks: ChangeMarks | null;
  /** Status change marks from before the events were read: every target changed up to them is registered by then. */
  upTo: ChangeMarks | null;
  afterKey: number;
  highestKey: number;
}

const TABLE = {
  name: 'target_list',
  key: ['key'],
  columns: [
    ...['key', 'id', 'ip', 'vrf', 'name', 'tags', 'tier', 'paused', 'parents', 'notes', 'owner'],
    ...['version', 'registered_at'],
    ...['status', 'reason', 'since', 'last_success_at', 'change_seq'],
  ],
};

/**
 * Read model of the target list: inventory from the event store, then each target's status. Its change numbers show streams of the portal
 * what is new. They cannot be derived, so equal rows keep their numbers in a rebuild.
 */
export function targetListModel(database: Sql & Transactor, statuses: CurrentStatuses): ReadModel<RebuildProgress> {
  const events = eventReplay(database, TARGET);
  return {
    name: 'target_list',
    source: 'the event store and the status changes',
    tables: [TABLE],
    start: { event: events.start, marks: null, upTo: null, afterKey: 0, highestKey: 0 },
    async remaining(from) {
      const [row] = await database.query<{ count: number }>('SELECT count(*) AS count FROM target_list');
      return (await events.remaining(from.event)) + (row?.count ?? 0);
    },
    async fillWithoutKeys(sql, from) {
      const { applied, progress } = await events.applyNext(sql, from.event, false);
      return { applied, progress: { ...from, event: progress } };
    },
    async applyNext(sql, from, held) {
      const upTo = from.upTo ?? (await statuses.marks());
      const { applied, progress: event } = await events.applyNext(sql, from.event, held);
      if (applied > 0) return { applied, progress: { ...from, event, upTo } };
      const current = await nextStatuses(statuses, { ...from, event }, upTo);
      await applyStatuses(sql, current.statuses);
      return { applied: current.statuses.length, progress: { ...current.progress, upTo: null } };
    },
    async holdWriters(sql) {
      await events.holdWriters(sql);
      await takeListLock(sql);
    },
    settleHeld: bringLiveUpToDate,
    replaceLive: replace,
  };
}

async function nextStatuses(
  statuses: CurrentStatuses,
  from: RebuildProgress,
  upTo: ChangeMarks,
): Promise<{ statuses: CurrentStatus[]; progress: RebuildProgress }> {
  const marks = from.marks ?? upTo;
  const highestKey = from.marks === null ? await statuses.highestKey() : from.highestKey;
  for (let { afterKey } = from; afterKey < highestKey;) {
    const found = await statuses.ofKeys(afterKey, afterKey + KEYS_PER_STEP);
    afterKey += KEYS_PER_STEP;
    if (found.length > 0) return { statuses: found, progress: { ...from, marks, highestKey, afterKey } };
  }
  const delta = await statuses.changedBetween(marks, upTo);
  return { statuses: delta.statuses, progress: { ...from, marks: delta.marks, highestKey, afterKey: highestKey } };
}

/** Applies statuses that the live list has not received yet, as the projection would a moment later. */
async function bringLiveUpToDate(sql: Sql, live: string, beside: string): Promise<string[]> {
  const ahead = await sql.query<CurrentStatus>(
    `SELECT b.id AS "targetId", b.status AS "to", b.reason, b.since::text, b.since::text AS at,
            b.last_success_at::text AS "lastSuccessAt", b.change_seq AS "changeSeq"
     FROM ${live}.target_list l JOIN ${beside}.target_list b USING (key) WHERE l.change_seq < b.change_seq`,
  );
  if (ahead.length === 0) return [];
  await applyStatuses(sql, ahead);
  await sql.query('SELECT pg_notify($1, $2)', [LIST_CHANGED_CHANNEL, '']);
  return [`${ahead.length} statuses had not reached the live list yet`];
}

/** Replaces the live list; each added, changed and removed row gets a change number, so that streams publish it. */
async function replace(sql: Sql, live: string, beside: string): Promise<void> {
  await sql.execute(
    `INSERT INTO ${live}.target_list_removed (list_seq, key, id)
     SELECT nextval('list_seq'), l.key, l.id FROM ${live}.target_list l
     WHERE NOT EXISTS (SELECT 1 FROM ${beside}.target_list b WHERE b.key = l.key)`,
  );
  await sql.execute(`UPDATE ${beside}.target_list SET list_seq = nextval('list_seq')`);
  await replaceRows(sql, TABLE, live, beside);
  await sql.query('SELECT pg_notify($1, $2)', [LIST_CHANGED_CHANNEL, '']);
}
