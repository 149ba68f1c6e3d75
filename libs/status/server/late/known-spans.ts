import type { Sql } from '@icmp-mon/platform/database';
import type { Status, StatusCorrection, StatusReason } from '@icmp-mon/status/contract';
import { overlaid, type StatusSpan } from './status-spans';

/** A correction as it is stored: the spans of one revision may be several. */
export interface StoredCorrection extends StatusSpan {
  revision: number;
  cause: StatusCorrection['cause'];
  agents: string[];
  madeAt: Date;
}

interface ChangeRow {
  to_status: Status;
  reason: StatusReason;
  at: Date;
  removed: boolean;
}

/** Reads the statuses of a target that were known then, in order; the last one ends at `to`. */
export async function readKnownSpans(sql: Sql, targetKey: number, from: Date, to: Date): Promise<StatusSpan[]> {
  const rows = await sql.query<ChangeRow>(
    `SELECT * FROM (
       SELECT to_status, reason, at, removed, change_seq FROM status_change WHERE target_key = $1 AND at >= $2 AND at < $3
       UNION ALL (SELECT to_status, reason, at, removed, change_seq FROM status_change
                  WHERE target_key = $1 AND at < $2 ORDER BY change_seq DESC LIMIT 1)) AS changes
     ORDER BY change_seq`,
    [targetKey, from, to],
  );
  let endMs = to.getTime();
  const spans: StatusSpan[] = [];
  for (const { to_status: status, reason, at, removed } of rows.reverse()) {
    const fromMs = Math.min(at.getTime(), endMs);
    if (!removed && fromMs < endMs) spans.push({ fromMs, toMs: endMs, status, reason });
    endMs = fromMs;
  }
  return spans.reverse();
}

/** Reads corrections that touch a time, by revision and time; at most `limit`, those of the latest revisions. */
export async function readCorrections(
  sql: Sql,
  targetKey: number,
  { from, to }: { from: Date; to: Date },
  limit: number,
): Promise<StoredCorrection[]> {
  const rows = await sql.query<Omit<StoredCorrection, 'fromMs' | 'toMs'> & { from_at: Date; to_at: Date }>(
    `SELECT from_at, to_at, status, reason, revision, cause, agents, made_at AS "madeAt" FROM status_correction
     WHERE target_key = $1 AND to_at > $2 AND from_at < $3 ORDER BY revision DESC, from_at DESC LIMIT $4`,
    [targetKey, from, to, limit],
  );
  return rows
    .map(({ from_at: fromAt, to_at: toAt, ...row }) => ({ ...row, fromMs: fromAt.getTime(), toMs: toAt.getTime() }))
    .reverse();
}

/** Returns the statuses as corrected: the latest revision that has a time counts. */
export function correctedSpans(known: readonly StatusSpan[], corrections: readonly StoredCorrection[]): StatusSpan[] {
  const spans = corrections.map(({ fromMs, toMs, status, reason }): StatusSpan => ({ fromMs, toMs, status, reason }));
  return overlaid(known, spans);
}
