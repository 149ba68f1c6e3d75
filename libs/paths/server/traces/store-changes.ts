import type { PathChanged } from '@icmp-mon/paths/contract';
import type { Sql } from '@icmp-mon/platform/database';

/** Channel that notifies listeners when changes wait to be published. */
export const PATH_CHANGED_CHANNEL = 'path_changed';

/** A change that has no number yet. */
export type DecidedChange = Omit<PathChanged['data'], 'changeSeq'>;

/**
 * Stores changes under the next numbers. The row of the last number is locked until the transaction ends, so numbers have no gaps and become
 * visible in their order: a publisher that has read one has read all before it.
 */
export async function storeChanges(sql: Sql, changes: readonly DecidedChange[]): Promise<void> {
  if (changes.length === 0) return;
  const [{ last }] = await sql.query<{ last: number }>(
    'UPDATE path_change_state SET last_seq = last_seq + $1 RETURNING last_seq AS last',
    [changes.length],
  );
  const rows = changes.map((change, at) => ({ ...change, changeSeq: last - changes.length + 1 + at }));
  await sql.execute(
    `INSERT INTO path_change (change_seq, target_id, ip, agent_id, trace_id, at, "left", joined)
     SELECT "changeSeq", "targetId", ip, "agentId", "traceId", at, ARRAY(SELECT jsonb_array_elements_text("left")),
       ARRAY(SELECT jsonb_array_elements_text(joined))
     FROM jsonb_to_recordset($1::jsonb) AS c ("changeSeq" bigint, "targetId" uuid, ip inet, "agentId" uuid, "traceId" uuid,
       at timestamptz, "left" jsonb, joined jsonb)`,
    [JSON.stringify(rows)],
  );
  await sql.query('SELECT pg_notify($1, $2)', [PATH_CHANGED_CHANNEL, '']);
}
