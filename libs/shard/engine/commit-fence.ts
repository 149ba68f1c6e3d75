import type { Sql } from '@icmp-mon/platform/database';

/** Advisory lock of the telemetry database: shared by commits of shards, exclusive for a process that blocks commits. */
const COMMIT_LOCK = 7_260_005;

/** Blocks commits of shards until the transaction ends. Commits that were in progress are visible to its next statement. */
export async function holdCommits(sql: Pick<Sql, 'query'>): Promise<void> {
  await sql.query('SELECT pg_advisory_xact_lock($1)', [COMMIT_LOCK]);
}

/** Waits while commits are blocked. Comes first in a commit: no row is locked yet, so the leases of its shards can be renewed. */
export async function passCommitFence(sql: Pick<Sql, 'query'>): Promise<void> {
  await sql.query('SELECT pg_advisory_xact_lock_shared($1)', [COMMIT_LOCK]);
}
