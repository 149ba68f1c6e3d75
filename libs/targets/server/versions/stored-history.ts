import type { Sql } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { whenProjected } from '@icmp-mon/platform/event-store';
import { TARGET_VERSIONS } from './target-versions-projection';

const invalidAt = (detail: string): DomainError => new DomainError('invalid', detail, [{ pointer: '?at', detail }]);

/**
 * Waits until the history up to an instant is complete.
 * @throws DomainError `invalid` for an instant in the future, or one whose versions may already be deleted; `unavailable` while the history is behind
 */
export async function requireStored(sql: Sql, at: Date, now: Date): Promise<void> {
  if (at > now) throw invalidAt(`at must not be in the future: it is ${now.toISOString()} now.`);
  const [horizon] = await sql.query<{ since: string }>(
    `SELECT to_char(ended_before AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS since
     FROM target_version_horizon WHERE ended_before > $1`,
    [at],
  );
  if (horizon !== undefined) throw invalidAt(`at must not be before ${horizon.since}: older versions are deleted.`);
  await whenProjected(sql, TARGET_VERSIONS, at);
}
