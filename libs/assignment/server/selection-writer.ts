import type { PlacementReason, Shortfall } from '@icmp-mon/assignment/contract';
import { shardOf } from '@icmp-mon/probing/contract';
import type { Sql } from '@icmp-mon/platform/database';
import type { Selection } from './assign';

/** Row of `assignment_target`. */
export interface TargetRow {
  key: number;
  targetId: string;
  ip: string;
  vrf: string;
  tier: string;
  paused: boolean;
  registeredAtMs: number;
  selected: string[] | null;
  refusedBy: string[];
  shortfall: PlacementReason | null;
  wanted: number | null;
  placed: number | null;
}

interface Pair {
  agentId: string;
  targetKey: number;
}

/** Changed selection of a target, with the position of its fact in the feed. */
export interface SelectionChange {
  row: TargetRow;
  position: number;
  before: string[];
  after: Selection;
  shortfall: Shortfall | null;
}

/** Writes the selections of these targets. */
export async function writeSelections(sql: Sql, changes: readonly Omit<SelectionChange, 'position'>[]): Promise<void> {
  if (changes.length === 0) return;
  await sql.execute(
    `UPDATE assignment_target SET selected = changed.selected::uuid[], refused_by = changed.refused_by::uuid[],
       shortfall = changed.shortfall, wanted = changed.wanted, placed = changed.placed
     FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::integer[], $6::integer[])
       AS changed(key, selected, refused_by, shortfall, wanted, placed)
     WHERE assignment_target.key = changed.key`,
    [
      changes.map(({ row }) => row.key),
      changes.map(({ after }) => `{${after.selected.join(',')}}`),
      changes.map(({ after }) => `{${after.refusedBy.join(',')}}`),
      changes.map(({ shortfall }) => shortfall?.reason ?? null),
      changes.map(({ shortfall }) => shortfall?.wanted ?? null),
      changes.map(({ shortfall }) => shortfall?.placed ?? null),
    ],
  );
}

/** Writes the pairs of these targets. Unchanged pairs keep their position, so that only agents with a change are notified. */
export async function writeAssignments(
  sql: Sql,
  shardCount: number,
  changes: readonly SelectionChange[],
): Promise<void> {
  const pairs = changes.flatMap((change) => change.after.selected.map((agentId) => ({ ...change, agentId })));
  if (pairs.length === 0) return;
  await sql.execute(
    `INSERT INTO assignment AS kept (agent_id, target_key, tier, ip, shard, position)
     SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::int[], $6::bigint[])
     ON CONFLICT (agent_id, target_key) DO UPDATE
       SET tier = EXCLUDED.tier, ip = EXCLUDED.ip, position = EXCLUDED.position
       WHERE (kept.tier, kept.ip) IS DISTINCT FROM (EXCLUDED.tier, EXCLUDED.ip)`,
    [
      pairs.map(({ agentId }) => agentId),
      pairs.map(({ row }) => row.key),
      pairs.map(({ row }) => row.tier),
      pairs.map(({ row }) => row.ip),
      pairs.map(({ row }) => shardOf(row.key, shardCount)),
      pairs.map(({ position }) => position),
    ],
  );
  await sql.execute(
    `DELETE FROM assignment_removed AS removed USING unnest($1::uuid[], $2::bigint[]) AS pair(agent_id, target_key)
     WHERE removed.agent_id = pair.agent_id AND removed.target_key = pair.target_key`,
    [pairs.map(({ agentId }) => agentId), pairs.map(({ row }) => row.key)],
  );
}

/** Removes pairs from their agents; the agents receive the removals at the given positions. */
export async function removeAssignments(sql: Sql, pairs: readonly (Pair & { position: number })[]): Promise<void> {
  if (pairs.length === 0) return;
  const columns = [pairs.map(({ agentId }) => agentId), pairs.map(({ targetKey }) => targetKey)];
  await sql.execute(
    `DELETE FROM assignment USING unnest($1::uuid[], $2::bigint[]) AS pair(agent_id, target_key)
     WHERE assignment.agent_id = pair.agent_id AND assignment.target_key = pair.target_key`,
    columns,
  );
  await sql.execute(
    `INSERT INTO assignment_removed (agent_id, target_key, position)
     SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::bigint[])
     ON CONFLICT (agent_id, target_key) DO UPDATE SET position = EXCLUDED.position, removed_at = now()`,
    [...columns, pairs.map(({ position }) => position)],
  );
}
