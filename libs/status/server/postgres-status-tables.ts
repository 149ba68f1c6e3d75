import type { Sql } from '@icmp-mon/platform/database';
import type { TargetEntry, WriterTransaction } from '@icmp-mon/shard/engine';
import type { Status, StatusReason } from '@icmp-mon/status/contract';
import type { FlappingMark } from './flapping';
import { storeLate } from './late/late-results-table';
import type { ChangeRow, PairChangeRow, StatusTables, StoredStatuses, VerdictRow } from './status-tables';

type Reading = Pick<Sql, 'query'>;

interface Row {
  target_key: number;
  status: Status;
  reason: StatusReason;
  since_ms: number;
  began_ms: number;
  flapping: FlappingMark | null;
  everReplied: boolean;
}

async function readStatuses(sql: Reading, shard: number): Promise<StoredStatuses> {
  const rows = await sql.query<Row>(
    `SELECT target_key, status, reason, (extract(epoch FROM since) * 1000)::float8 AS since_ms,
            (extract(epoch FROM coalesce(began_at, since)) * 1000)::float8 AS began_ms,
            CASE WHEN flapping_since IS NOT NULL THEN jsonb_build_object(
              'sinceMs', (extract(epoch FROM flapping_since) * 1000)::float8, 'changes', flapping_changes) END AS flapping,
            last_success_at IS NOT NULL OR status <> 'unknown' AS "everReplied"
     FROM target_status WHERE shard = $1`,
    [shard],
  );
  // Old changes may have been deleted, but the statuses that resulted from them are kept.
  const [last] = await sql.query<{ change_seq: number }>(
    `SELECT greatest((SELECT max(change_seq) FROM status_change WHERE shard = $1),
                     (SELECT max(change_seq) FROM target_status WHERE shard = $1), 0)::float8 AS change_seq`,
    [shard],
  );
  const [pairChanges] = await sql.query<{ changeSeq: number; chain: number }>(
    'SELECT last_seq AS "changeSeq", chain FROM pair_change_state WHERE shard = $1',
    [shard],
  );
  return {
    changeSeq: last?.change_seq ?? 0,
    pairChanges: pairChanges ?? null,
    states: new Map(
      rows.map(({ target_key, status, reason, since_ms, began_ms, flapping, everReplied }) => [
        target_key,
        { status, reason, sinceMs: Math.round(since_ms), beganMs: Math.round(began_ms), flapping, everReplied },
      ]),
    ),
  };
}

async function lastKnown(sql: Reading, shard: number, keys: readonly number[]): Promise<Map<number, TargetEntry>> {
  if (keys.length === 0) return new Map();
  const rows = await sql.query<{ key: number; targetId: string; ip: string; vrf: string; tier: string }>(
    `SELECT DISTINCT ON (target_key) target_key AS key, target_id AS "targetId", host(ip) AS ip, vrf, tier
     FROM status_change WHERE shard = $1 AND target_key = ANY ($2::integer[])
     ORDER BY target_key, change_seq DESC`,
    [shard, keys],
  );
  return new Map(rows.map((row) => [row.key, { ...row, policy: undefined, selected: [], pairs: [] }]));
}

const DELETE_VERDICTS = 'DELETE FROM target_verdict WHERE target_key = ANY($1::integer[])';

const WRITE_VERDICTS = `
  INSERT INTO target_verdict AS t (target_key, shard, agents, checks, letters, since_ms)
  SELECT target_key, $1, agents::uuid[], checks::smallint[], letters, since_ms::bigint[]
  FROM jsonb_to_recordset($2::jsonb) AS r(target_key integer, agents text, checks text, letters text, since_ms text)
  ON CONFLICT (target_key) DO UPDATE SET (agents, checks, letters, since_ms) =
    (excluded.agents, excluded.checks, excluded.letters, excluded.since_ms)
  WHERE (t.agents, t.checks, t.letters, t.since_ms) IS DISTINCT FROM
    (excluded.agents, excluded.checks, excluded.letters, excluded.since_ms)`;

async function storeVerdicts(transaction: Reading, shard: number, verdicts: readonly VerdictRow[]): Promise<void> {
  const rows = verdicts.map(({ targetKey, agents, checks, letters, sinceMs }) => ({
    target_key: targetKey,
    agents: `{${agents.join(',')}}`,
    checks: `{${checks.join(',')}}`,
    letters,
    since_ms: `{${sinceMs.join(',')}}`,
  }));
  await transaction.query(WRITE_VERDICTS, [shard, JSON.stringify(rows)]);
}

async function storeChanges(transaction: Reading, shard: number, changes: readonly ChangeRow[]): Promise<void> {
  await transaction.query(
    `INSERT INTO status_change (shard, change_seq, target_key, target_id, ip, vrf, tier, from_status, to_status, reason,
                                at, since, began_at, flapping_since, flapping_changes, last_success_at, votes, removed,
                                position)
     SELECT $1, change_seq, target_key, target_id, ip, vrf, tier, from_status, to_status, reason,
            at, since, began_at, flapping_since, flapping_changes, last_success_at, votes, removed, position
     FROM jsonb_to_recordset($2::jsonb) AS r(change_seq bigint, target_key integer, target_id uuid, ip inet, vrf text,
          tier text, from_status text, to_status text, reason text, at timestamptz, since timestamptz,
          began_at timestamptz, flapping_since timestamptz, flapping_changes integer, last_success_at timestamptz,
          votes jsonb, removed boolean, position bigint)`,
    [shard, JSON.stringify(changes)],
  );
  await projectStatuses(transaction, shard, changes);
}

async function storePairChanges(transaction: Reading, shard: number, records: readonly PairChangeRow[]): Promise<void> {
  const last = records.at(-1);
  if (last === undefined) return;
  await transaction.query(
    `INSERT INTO pair_change (shard, change_seq, at, pairs, body, position)
     SELECT $1, * FROM unnest($2::bigint[], $3::timestamptz[], $4::integer[], $5::bytea[], $6::bigint[])`,
    [
      shard,
      records.map(({ changeSeq }) => changeSeq),
      records.map(({ atMs }) => new Date(atMs)),
      records.map(({ pairs }) => pairs),
      records.map(({ body }) => Buffer.from(body.buffer, body.byteOffset, body.byteLength)),
      records.map(({ position }) => position),
    ],
  );
  await transaction.query(
    `INSERT INTO pair_change_state (shard, last_seq, chain) VALUES ($1, $2, $3)
     ON CONFLICT (shard) DO UPDATE SET (last_seq, chain) = (excluded.last_seq, excluded.chain)`,
    [shard, last.changeSeq, last.chain],
  );
}

/** Updates `target_status` from changes of one shard in their order: the last change of each target wins. */
export async function projectStatuses(
  transaction: Reading,
  shard: number,
  changes: readonly ChangeRow[],
): Promise<void> {
  const latest = new Map(changes.map((change) => [change.target_key, change]));
  const remaining = [...latest.values()].filter(({ removed }) => !removed);
  const removals = [...latest.values()].filter(({ removed }) => removed);
  if (removals.length > 0) {
    await transaction.query('DELETE FROM target_status WHERE target_key = ANY($1::integer[])', [
      removals.map((change) => change.target_key),
    ]);
  }
  if (remaining.length === 0) return;
  await transaction.query(
    `INSERT INTO target_status (target_key, shard, change_seq, status, reason, since, began_at, flapping_since,
                                flapping_changes, last_success_at, votes)
     SELECT target_key, $1, change_seq, to_status, reason, since, began_at, flapping_since, flapping_changes,
            last_success_at, votes
     FROM jsonb_to_recordset($2::jsonb) AS r(target_key integer, change_seq bigint, to_status text, reason text,
          since timestamptz, began_at timestamptz, flapping_since timestamptz, flapping_changes integer,
          last_success_at timestamptz, votes jsonb)
     ON CONFLICT (target_key) DO UPDATE SET (change_seq, status, reason, since, began_at, flapping_since,
         flapping_changes, last_success_at, votes) =
       (excluded.change_seq, excluded.status, excluded.reason, excluded.since, excluded.began_at, excluded.flapping_since,
        excluded.flapping_changes, excluded.last_success_at, excluded.votes)`,
    [shard, JSON.stringify(remaining)],
  );
}

export const postgresStatusTables: StatusTables<WriterTransaction> = {
  readStatuses,
  lastKnown,
  storeChanges,
  storeVerdicts,
  storePairChanges,
  storeLate,
  async forgetVerdicts(transaction, _shard, keys) {
    await transaction.query(DELETE_VERDICTS, [keys]);
  },
};
