import type { Sql } from '@icmp-mon/platform/database';
import type { TargetColumns } from './capacity-solver';

/** Targets read by one statement. */
const TARGETS_PER_STEP = 20_000;

/** Reads all targets of these tiers, without paused ones. */
export async function readColumns(sql: Sql, tiers: readonly string[]): Promise<TargetColumns> {
  const columns: TargetColumns = { keys: [], ips: [], registeredAtMs: [], tiers: [] };
  for (let after = -1; ;) {
    const rows = await sql.query<{ key: number; ip: string; registeredAtMs: number; tier: string }>(
      `SELECT key, ip, (extract(epoch FROM registered_at) * 1000)::float8 AS "registeredAtMs", tier
       FROM assignment_target WHERE key > $1 AND tier = ANY($2) AND NOT paused ORDER BY key LIMIT ${TARGETS_PER_STEP}`,
      [after, tiers],
    );
    for (const { key, ip, registeredAtMs, tier } of rows) {
      columns.keys.push(key);
      columns.ips.push(ip);
      columns.registeredAtMs.push(registeredAtMs);
      columns.tiers.push(tiers.indexOf(tier));
    }
    if (rows.length < TARGETS_PER_STEP) return columns;
    after = rows[rows.length - 1].key;
  }
}
