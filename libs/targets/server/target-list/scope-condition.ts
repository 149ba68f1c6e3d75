import type { Scope } from '@icmp-mon/identity/contract';
import type { Sql } from '@icmp-mon/platform/database';
import { scopeFilter, type TargetParent } from '@icmp-mon/targets/contract';
import { inventoryTable, tableCondition } from './filter-condition';
import { searchedKeys } from './search-condition';

/** The table `target_list` for scopes, which compare only what the inventory states. */
const SCOPED_LIST = inventoryTable('target_list', searchedKeys);

/** Returns the SQL condition on `target_list` for the targets of a scope; never null. Adds its parameters to `params`. */
export const scopeCondition = (scope: string, params: unknown[]): string =>
  tableCondition(scopeFilter(scope), params, SCOPED_LIST);

/** Returns the SQL that limits a WHERE clause on `target_list` to a scope; empty without one. Adds its parameters to `params`. */
export const andInScope = (scope: Scope, params: unknown[]): string =>
  scope === null ? '' : `AND ${scopeCondition(scope, params)}`;

/** Returns those of the listed targets that are in a scope. */
export const idsInScope = (sql: Sql, ids: readonly string[], scope: string): Promise<ReadonlySet<string>> =>
  idsWhere(sql, ids, (params) => scopeCondition(scope, params));

/** Returns those of the listed ids that are targets outside of a scope. */
export const idsOutsideScope = (sql: Sql, ids: readonly string[], scope: string): Promise<ReadonlySet<string>> =>
  idsWhere(sql, ids, (params) => `NOT ${scopeCondition(scope, params)}`);

async function idsWhere(
  sql: Sql,
  ids: readonly string[],
  condition: (params: unknown[]) => string,
): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set();
  const params: unknown[] = [ids];
  const rows = await sql.query<{ id: string }>(
    `SELECT id FROM target_list WHERE id = ANY ($1::uuid[]) AND ${condition(params)}`,
    params,
  );
  return new Set(rows.map(({ id }) => id));
}

/** Returns views without the parents that are not in the scope. */
export async function limitParents<T extends { parents: readonly TargetParent[] }>(
  sql: Sql,
  views: readonly T[],
  scope: Scope,
): Promise<T[]> {
  if (scope === null) return [...views];
  const ids = views.flatMap(({ parents }) => parents.map(({ id }) => id));
  const visible = await idsInScope(sql, [...new Set(ids)], scope);
  return views.map((view) => ({ ...view, parents: view.parents.filter(({ id }) => visible.has(id)) }));
}
