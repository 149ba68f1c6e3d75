import type { Sql } from '@icmp-mon/platform/database';

/** Advisory lock of the telemetry database: shared by commits of shards, exclusive to who makes them wait. */
const COMMIT_LOCK = 7_260_005;

/** Until the transaction ends no shard commits, and what was being committed is visible to its next statement. */
export async function holdCommits(sql: Pick<Sql, 'query'>): Promise<void> {
  await sql.query('SELECT pg_advisory_xact_lock($1)', [COMMIT_LOCK]);
}

/** Comes first in a commit: one that waits here holds no row, so the leases of its shards are renewed during the wait. */
export async function passCommitFence(sql: Pick<Sql, 'query'>): Promise<void> {
  await sql.query('SELECT pg_advisory_xact_lock_shared($1)', [COMMIT_LOCK]);
}
