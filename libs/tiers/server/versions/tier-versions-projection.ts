import type { Sql } from '@icmp-mon/platform/database';
import type { EventProjection, ProjectedEvent } from '@icmp-mon/platform/event-store';
import { TIER_STREAM, type TierDefined, type TierEvent } from '@icmp-mon/tiers/contract';

/**
 * Keeps each policy of each tier with its validity, from its definition to the next one or the removal. If the clock went back between two
 * events of a tier, the later event counts as simultaneous, and of simultaneous policies only the last is kept.
 */
export const TIER_VERSIONS: EventProjection<TierEvent> = {
  name: 'tier-versions',
  category: TIER_STREAM,
  async projectEvents(sql, events) {
    for (const event of events) {
      // The policy stays valid while a tier is being removed.
      if (event.type === 'TierDefined') await beginVersion(sql, event, event.data as TierDefined['data']);
      else if (event.type === 'TierRemoved') await endVersion(sql, event.data.name, event.version, event.occurredAt);
    }
  },
};

async function beginVersion(
  sql: Sql,
  { version, occurredAt }: ProjectedEvent<TierEvent>,
  { name, builtIn, policy }: TierDefined['data'],
): Promise<void> {
  const from = await endVersion(sql, name, version, occurredAt);
  await sql.execute(
    `INSERT INTO tier_version (name, version, valid, built_in, policy)
     SELECT $1, $2::integer, tstzrange($3, NULL), $4, $5::jsonb
     WHERE NOT EXISTS (SELECT FROM tier_version WHERE name = $1 AND version >= $2)`,
    [name, version, from, builtIn, JSON.stringify(policy)],
  );
}

/** Ends the current policy if it is older than `version`. Returns when: at `at`, or later if the policy began later. */
async function endVersion(sql: Sql, name: string, version: number, at: string): Promise<string> {
  const [row] = await sql.query<{ version: number; is_empty: boolean; ended: string }>(
    `SELECT version, lower(valid) >= $3::timestamptz AS is_empty, greatest(lower(valid), $3::timestamptz)::text AS ended
     FROM tier_version WHERE name = $1 AND version < $2 AND upper_inf(valid)`,
    [name, version, at],
  );
  if (row === undefined) return at;
  const statement = row.is_empty
    ? 'DELETE FROM tier_version WHERE name = $1 AND version = $2 AND $3::text IS NOT NULL'
    : 'UPDATE tier_version SET valid = tstzrange(lower(valid), $3::timestamptz) WHERE name = $1 AND version = $2';
  await sql.execute(statement, [name, row.version, row.ended]);
  return row.ended;
}
