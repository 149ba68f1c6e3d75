import type { CheckType } from '@icmp-mon/probing/contract';
import type { Sql } from '@icmp-mon/platform/database';
import type { WriterTransaction } from '@icmp-mon/shard/engine';
import type { CheckAnswer, CheckReason, CheckStatus } from '@icmp-mon/status/contract';
import type { StoredChecks, ValidationTables } from './validation-tables';

type Reading = Pick<Sql, 'query'>;

interface StatusRow {
  key: number;
  targetId: string;
  ip: string;
  vrf: string;
  tier: string;
  check: number;
  type: CheckType;
  port: number | null;
  changeSeq: number;
  status: CheckStatus;
  reason: CheckReason;
  sinceMs: number;
  lastProofMs: number;
  lastAnswer: CheckAnswer | null;
  chain: number;
  entries: number;
  hash: string;
  fromMs: number;
}

/** Rows per statement: an entry with a hundred agents has about 15 kB. */
const ROWS_PER_STATEMENT = 1_000;

async function readChecks(sql: Reading, shard: number): Promise<StoredChecks> {
  const rows = await sql.query<StatusRow>(
    `SELECT target_key AS key, target_id AS "targetId", host(ip) AS ip, vrf, tier, check_no AS check, type, port,
            change_seq::float8 AS "changeSeq", status, reason, (extract(epoch FROM since) * 1000)::float8 AS "sinceMs",
            coalesce(extract(epoch FROM last_proof_at) * 1000, 0)::float8 AS "lastProofMs", last_answer AS "lastAnswer",
            chain::float8 AS chain, entries, hash,
            (extract(epoch FROM (open_entry->>'from')::timestamptz) * 1000)::float8 AS "fromMs"
     FROM check_status WHERE shard = $1`,
    [shard],
  );
  const [last] = await sql.query<{ change_seq: number }>(
    `SELECT greatest((SELECT max(change_seq) FROM check_change WHERE shard = $1),
                     (SELECT max(change_seq) FROM check_status WHERE shard = $1), 0)::float8 AS change_seq`,
    [shard],
  );
  return {
    changeSeq: last?.change_seq ?? 0,
    checks: rows.map(({ key, targetId, ip, vrf, tier, sinceMs, lastProofMs, fromMs, ...check }) => ({
      ...check,
      ...{ sinceMs: Math.round(sinceMs), lastProofMs: Math.round(lastProofMs), fromMs: Math.round(fromMs) },
      target: { key, targetId, ip, vrf, tier, policy: undefined, selected: [], pairs: [] },
    })),
  };
}

const INSERT_CHANGES = `
  INSERT INTO check_change (shard, change_seq, target_key, target_id, ip, vrf, tier, check_no, type, port, from_status, to_status,
                            reason, at, answer, chain, entry, hash, removed, position)
  SELECT $1, change_seq, target_key, target_id, ip, vrf, tier, check_no, type, port, from_status, to_status,
         reason, at, answer, chain, entry, hash, removed, position
  FROM jsonb_to_recordset($2::jsonb) AS r(change_seq bigint, target_key integer, target_id uuid, ip inet, vrf text, tier text,
       check_no integer, type text, port integer, from_status text, to_status text, reason text, at timestamptz,
       answer jsonb, chain bigint, entry integer, hash text, removed boolean, position bigint)`;

const INSERT_EVIDENCE = `
  INSERT INTO check_evidence (shard, target_key, check_no, chain, entry, begins_at, ends_at, line, position)
  SELECT $1, target_key, check_no, chain, entry, "from", until, line, position
  FROM jsonb_to_recordset($2::jsonb) AS r(target_key integer, check_no integer, chain bigint, entry integer,
       "from" timestamptz, until timestamptz, line text, position bigint)`;

const COLUMNS = `target_id, ip, vrf, tier, type, port, change_seq, status, reason, since, last_proof_at, last_answer, chain, entries,
  hash, open_entry`;

const WRITE_STATUSES = `
  INSERT INTO check_status (target_key, check_no, shard, ${COLUMNS})
  SELECT target_key, check_no, $1, ${COLUMNS}
  FROM jsonb_to_recordset($2::jsonb) AS r(target_key integer, check_no integer, target_id uuid, ip inet, vrf text, tier text,
       type text, port integer, change_seq bigint, status text, reason text, since timestamptz, last_proof_at timestamptz,
       last_answer jsonb, chain bigint, entries integer, hash text, open_entry jsonb)
  ON CONFLICT (target_key, check_no) DO UPDATE SET (${COLUMNS}) = (${COLUMNS.replace(/\w+/g, 'excluded.$&')})`;

const DELETE_STATUSES = `
  DELETE FROM check_status c USING jsonb_to_recordset($1::jsonb) AS r(target_key integer, check_no integer)
  WHERE c.target_key = r.target_key AND c.check_no = r.check_no`;

async function inSteps<R>(rows: readonly R[], write: (step: string) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < rows.length; from += ROWS_PER_STATEMENT) {
    // A null inside of a member is SQL's null there, not JSON's.
    await write(JSON.stringify(rows.slice(from, from + ROWS_PER_STATEMENT)));
  }
}

export const postgresValidationTables: ValidationTables<WriterTransaction> = {
  readChecks,
  async storeRows(transaction, shard, { changes, entries, statuses, removed }) {
    const write = (statement: string) => (rows: string) => transaction.query(statement, [shard, rows]);
    if (removed.length > 0) await transaction.query(DELETE_STATUSES, [JSON.stringify(removed)]);
    await inSteps(changes, write(INSERT_CHANGES));
    await inSteps(entries, write(INSERT_EVIDENCE));
    await inSteps(statuses, write(WRITE_STATUSES));
  },
};
