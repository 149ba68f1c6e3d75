import type { Sql } from '@icmp-mon/platform/database';
import { lockDependencies } from '../dependencies';

/**
 * SQL of the ids that cannot be removed if the targets of a condition are: a target that stays needs its parents, and these theirs. For a
 * recursive CTE.
 */
export const neededByOthers = (condition: string): string => `
  SELECT unnest(parents) AS id FROM target_list WHERE parents <> '{}' AND NOT (${condition})
  UNION
  SELECT unnest(t.parents) FROM needed JOIN target_list t USING (id)`;

/**
 * Returns the ids of those targets that cannot be removed, because targets that stay depend on them. Dependencies cannot change until the
 * transaction ends.
 */
export async function neededTargets(sql: Sql, targets: readonly { id: string }[]): Promise<Set<string>> {
  await lockDependencies(sql);
  const rows = await sql.query<{ id: string }>(
    `WITH RECURSIVE needed AS (${neededByOthers('id = ANY ($1::uuid[])')})
     SELECT id FROM needed WHERE id = ANY ($1::uuid[])`,
    [targets.map(({ id }) => id)],
  );
  return new Set(rows.map(({ id }) => id));
}

/**
 * SQL of `level(of_id, above)`: the number of targets that each target with parents depends on, over all levels. Targets are removed in the
 * descending order of it: a target before its parents, because it depends on more targets than each of them. For a recursive CTE.
 */
export const LEVELS = `
  above AS (
    SELECT id, unnest(parents) AS parent FROM target_list WHERE parents <> '{}'
    UNION
    SELECT above.id, unnest(t.parents) FROM above JOIN target_list t ON t.id = above.parent),
  level AS (SELECT id AS of_id, count(*) AS above FROM above GROUP BY id)`;
