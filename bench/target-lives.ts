import type { Sql } from '@icmp-mon/platform/database';

/** Versions of each target. */
export const VERSIONS = 5;
const START_MS = Date.parse('2026-01-01T00:00:00Z');
const DAYS_PER_VERSION = 60;
const DAY_MS = 86_400_000;
const TARGETS_PER_STEP = 10_000;

/**
 * Appends the events of targets that are registered and then changed, over 300 days in the order of time: each version has another role and
 * tier, and some another site.
 */
export async function appendHistory(sql: Sql, targets: number): Promise<void> {
  for (let version = 1; version <= VERSIONS; version++) {
    for (let from = 1; from <= targets; from += TARGETS_PER_STEP) {
      await sql.execute(
        `INSERT INTO event (id, stream, version, type, data, metadata, occurred_at)
         SELECT gen_random_uuid(), 'target-' || md5(k::text)::uuid, $1,
           CASE WHEN $1 = 1 THEN 'TargetRegistered' ELSE 'TargetChanged' END,
           jsonb_build_object('targetId', md5(k::text)::uuid, 'key', k, 'ip', '10.' || k / 65536 || '.' || k / 256 % 256 || '.' || k % 256,
             'vrf', 'default', 'name', 'core-' || k, 'tier', (ARRAY['standard', 'fast'])[1 + (k + $1) % 2],
             'tags', jsonb_build_object('site', 's' || lpad(((k + $1 / 3) % 200)::text, 3, '0'),
               'role', (ARRAY['edge', 'core', 'access', 'customer'])[1 + (k + $1) % 4], 'customer', 'c' || k % 5000)),
           '{}', $2::timestamptz + (k::float8 / $3) * 0.9 * $4 * interval '1 day'
         FROM generate_series($5::integer, $6::integer) AS k ORDER BY k`,
        [
          ...[version, new Date(START_MS + (version - 1) * DAYS_PER_VERSION * DAY_MS), targets, DAYS_PER_VERSION],
          ...[from, Math.min(targets, from + TARGETS_PER_STEP - 1)],
        ],
      );
    }
  }
}

/** Returns times that are spread over the history. */
export const instantsOf = (count: number): Date[] =>
  Array.from(
    { length: count },
    (_, at) => new Date(START_MS + ((at + 0.5) / count) * VERSIONS * DAYS_PER_VERSION * DAY_MS),
  );
