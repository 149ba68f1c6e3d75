import type { Sql, Transactor } from '@icmp-mon/platform/database';
import type { ReadModel } from '@icmp-mon/platform/rebuild';
import { holdCommits } from '@icmp-mon/shard/engine';
import type { ChangeMarks } from '@icmp-mon/status/contract';
import { projectStatuses } from '../postgres-status-tables';
import {
  changeMarks,
  highestTargetKey,
  latestChangesBetween,
  latestChangesOfKeys,
  type LatestChange,
} from './latest-changes';

const KEYS_PER_STEP = 5_000;

interface RebuildProgress {
  /** Null until the first pass over all targets begins. */
  marks: ChangeMarks | null;
  afterKey: number;
  highestKey: number;
}

/** Read model with status and votes of each target, derived from the status changes. */
export function targetStatusModel(database: Sql & Transactor): ReadModel<RebuildProgress> {
  return {
    name: 'target_status',
    source: 'the status changes',
    tables: [
      {
        name: 'target_status',
        key: ['target_key'],
        columns: [
          ...['target_key', 'shard', 'change_seq', 'status', 'reason', 'since', 'began_at'],
          ...['flapping_since', 'flapping_changes', 'last_success_at', 'votes'],
        ],
      },
    ],
    start: { marks: null, afterKey: 0, highestKey: 0 },
    async remaining() {
      const [row] = await database.query<{ count: number }>('SELECT count(*) AS count FROM target_status');
      return row?.count ?? 0;
    },
    async applyNext(sql, from) {
      const marks = from.marks ?? (await changeMarks(sql));
      const highestKey = from.marks === null ? await highestTargetKey(sql) : from.highestKey;
      if (from.afterKey >= highestKey) {
        const delta = await latestChangesBetween(sql, marks, await changeMarks(sql));
        await project(sql, delta.changes);
        return { applied: delta.changes.length, progress: { ...from, marks: delta.marks } };
      }
      for (let afterKey = from.afterKey; ; afterKey += KEYS_PER_STEP) {
        const changes = await latestChangesOfKeys(sql, afterKey, afterKey + KEYS_PER_STEP);
        await project(sql, changes);
        const progress = { marks, highestKey, afterKey: afterKey + KEYS_PER_STEP };
        if (changes.length > 0 || progress.afterKey >= highestKey) return { applied: changes.length, progress };
      }
    },
    holdWriters: holdCommits,
    settleHeld: keepOlderThanChanges,
  };
}

async function project(sql: Sql, changes: readonly LatestChange[]): Promise<void> {
  for (const shard of new Set(changes.map((change) => change.shard))) {
    await projectStatuses(
      sql,
      shard,
      changes.filter((change) => change.shard === shard),
    );
  }
}

/** Copies the live row of each target whose last change was deleted as too old: it can no longer be derived. */
async function keepOlderThanChanges(sql: Sql, live: string, beside: string): Promise<string[]> {
  const kept = await sql.execute(
    `INSERT INTO ${beside}.target_status
     SELECT l.* FROM ${live}.target_status l
     WHERE l.change_seq < (SELECT min(c.change_seq) FROM ${live}.status_change c WHERE c.shard = l.shard)
       AND NOT EXISTS (SELECT 1 FROM ${beside}.target_status b WHERE b.target_key = l.target_key)`,
  );
  return kept > 0 ? [`${kept} targets copied unchanged: their last change is older than the stored changes`] : [];
}
