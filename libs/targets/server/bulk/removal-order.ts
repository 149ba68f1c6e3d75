import type { Sql } from '@icmp-mon/platform/database';
import { lockDependencies } from '../dependencies';
import type { Filter } from '../target-list/list-filter';

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

/** Targets that depend on others, by key, with the number of levels above each. */
export interface Depths {
  keys: number[];
  depths: number[];
}

/**
 * Returns the depths of the selected targets. In the descending order of it, each is removed before its parents; the others have depth 0. They
 * are computed here, because the time of a recursive query grows with the product of targets and levels.
 */
export async function readDepths(sql: Sql, { conditions, params }: Filter): Promise<Depths> {
  const [row] = await sql.query<{ children: number[]; parents: number[] }>(
    `WITH dependent AS MATERIALIZED (
       SELECT key, parents FROM target_list WHERE ${[...conditions, "parents <> '{}'"].join(' AND ')})
     SELECT coalesce(array_agg(dependent.key), '{}') AS children, coalesce(array_agg(parent.key), '{}') AS parents
     FROM dependent CROSS JOIN unnest(dependent.parents) AS named (id) JOIN target_list parent ON parent.id = named.id`,
    [...params],
  );
  return depthsOf(row.children, row.parents);
}

/** Returns the depths for pairs of child and parent: the length of the longest way up. */
export function depthsOf(children: readonly number[], parents: readonly number[]): Depths {
  const childrenOf = new Map<number, number[]>();
  const parentsLeft = new Map<number, number>();
  const depth = new Map<number, number>();
  for (const [at, child] of children.entries()) {
    const siblings = childrenOf.get(parents[at]);
    if (siblings === undefined) childrenOf.set(parents[at], [child]);
    else siblings.push(child);
    parentsLeft.set(child, (parentsLeft.get(child) ?? 0) + 1);
  }
  const settled = [...childrenOf.keys()].filter((key) => !parentsLeft.has(key));
  for (const key of settled) {
    const below = (depth.get(key) ?? 0) + 1;
    for (const child of childrenOf.get(key) ?? []) {
      depth.set(child, Math.max(depth.get(child) ?? 0, below));
      const left = (parentsLeft.get(child) ?? 0) - 1;
      parentsLeft.set(child, left);
      if (left === 0) settled.push(child);
    }
  }
  return { keys: [...depth.keys()], depths: [...depth.values()] };
}
