import type { Sql } from '@icmp-mon/platform/database';
import type { LeftTarget } from '@icmp-mon/targets/contract';
import type { Ownership } from './sourced-members';

/** A target of a source, with what was done since it left the list. */
export interface OwnedTarget extends LeftTarget {
  left_at: Date | null;
  is_left_handled: boolean;
}

/** Returns to which sources targets belong, by target; those of no source are absent. */
export async function readOwnership(sql: Sql, targetIds: readonly string[]): Promise<Map<string, Ownership>> {
  const rows = await sql.query<Ownership & { target_id: string }>(
    `SELECT t.target_id, t.source_id, s.name AS source_name, t.tag_keys, t.left_at, t.is_paused
     FROM inventory_source_target t JOIN inventory_source s ON s.id = t.source_id WHERE t.target_id = ANY ($1::uuid[])`,
    [targetIds],
  );
  return new Map(rows.map((row) => [row.target_id, row]));
}

/** Records targets that a source lists, with the keys of the tags that it sets. */
export async function recordListed(
  sql: Sql,
  sourceId: string,
  listed: readonly { targetId: string; tagKeys: string[] }[],
): Promise<void> {
  if (listed.length === 0) return;
  await sql.execute(
    `INSERT INTO inventory_source_target (target_id, source_id, tag_keys)
     SELECT l."targetId", $1, ARRAY(SELECT jsonb_array_elements_text(l."tagKeys"))
     FROM jsonb_to_recordset($2::jsonb) AS l ("targetId" uuid, "tagKeys" jsonb)
     ON CONFLICT (target_id) DO UPDATE SET tag_keys = excluded.tag_keys, left_at = NULL, is_left_handled = false, is_paused = false
     WHERE inventory_source_target.source_id = excluded.source_id`,
    [sourceId, JSON.stringify(listed)],
  );
}

/** Forgets targets that were removed, and returns the others of a source. */
export async function readOwned(sql: Sql, sourceId: string): Promise<OwnedTarget[]> {
  await sql.execute(
    `DELETE FROM inventory_source_target t WHERE t.source_id = $1 AND NOT EXISTS (SELECT FROM target_list l WHERE l.id = t.target_id)`,
    [sourceId],
  );
  return sql.query<OwnedTarget>(
    `SELECT l.id, host(l.ip) AS ip, l.vrf, l.name, t.left_at, t.is_left_handled
     FROM inventory_source_target t JOIN target_list l ON l.id = t.target_id WHERE t.source_id = $1 ORDER BY l.key`,
    [sourceId],
  );
}

/**
 * Records which targets of a source are not in its list. One that came back before anything was done is no longer one that left, also if its
 * entry is refused.
 */
export async function recordLeft(sql: Sql, sourceId: string, targetIds: readonly string[]): Promise<void> {
  await sql.execute(
    `UPDATE inventory_source_target SET left_at = NULL
     WHERE source_id = $1 AND left_at IS NOT NULL AND NOT is_left_handled AND target_id <> ALL ($2::uuid[])`,
    [sourceId, targetIds],
  );
  await sql.execute(
    `UPDATE inventory_source_target SET left_at = now(), is_left_handled = false
     WHERE source_id = $1 AND left_at IS NULL AND target_id = ANY ($2::uuid[])`,
    [sourceId, targetIds],
  );
}
