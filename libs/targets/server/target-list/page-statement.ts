import type { Scope } from '@icmp-mon/identity/contract';
import type { Judged } from '@icmp-mon/status/contract';
import type { TargetSort } from '@icmp-mon/targets/contract';
import type { ListCursor } from './cursor';
import { type Filter, whereOf } from './list-filter';
import { shownSortKey, type SortKey } from './not-judged-rows';
import { andInScope } from './scope-condition';
import { VIEW_COLUMNS } from './target-row';

/** Sort columns. Each has an index (column, key); the key breaks ties, so that no row is skipped or repeated. */
const SORTS: Readonly<Record<TargetSort, SortKey>> = {
  status: { column: 'target_list.status_rank', type: 'smallint' },
  ip: { column: 'target_list.ip', type: 'inet' },
  name: { column: 'target_list.name_sort', type: 'text' },
  tier: { column: 'target_list.tier', type: 'text' },
  since: { column: 'target_list.since_sort', type: 'timestamptz' },
};

export interface Order {
  sort: TargetSort;
  descending: boolean;
}

/** Start of a page: after a row, or after a number of rows. */
export type PageStart = { after: ListCursor } | { skip: number };

export interface Statement {
  text: string;
  params: unknown[];
}

/**
 * Returns the SQL of one page: at most `limit` + 1 rows.
 *
 *   { after: (value, key) }  cursor:    rows beyond (value, key) in the sort's index
 *   { skip: n }              position:  OFFSET n, counted in the index alone
 *
 * - Total order: rows are ordered by (sort column, key), so pages by cursor skip or repeat no row, even if rows are added or removed.
 * - Narrow scan: skipped rows are read from the index alone unless the filter needs more; the outer query reads the rows of the page.
 * - Exception: while some shards are not judged, the order by status or age is computed, and the page comes from a scan.
 * - Columns are qualified with the table, because the view's `ip` is a text column of the same name.
 */
export function pageStatement(
  filter: Filter,
  order: Order,
  start: PageStart,
  limit: number,
  judged: Judged,
): Statement {
  const params = [...filter.params];
  const conditions = [...filter.conditions];
  const { column, type } = shownSortKey(order.sort, SORTS[order.sort], judged, { conditions, params });
  if ('after' in start) conditions.push(beyond(column, type, start.after, order.descending ? '<' : '>', params));
  const direction = order.descending ? 'DESC' : 'ASC';
  const skip = 'skip' in start ? start.skip : 0;
  const rows = `FROM target_list ${whereOf(conditions)}
    ORDER BY ${column} ${direction}, target_list.key ${direction} LIMIT ${limit + 1}`;
  if (column === SORTS[order.sort].column && skip === 0 && filter.isSearch !== true) {
    return { text: `SELECT ${VIEW_COLUMNS}, ${column}::text AS sort_value ${rows}`, params };
  }
  // Scanned and skipped rows are not converted into text.
  const text = `SELECT ${VIEW_COLUMNS}, sort_key::text AS sort_value
    FROM (SELECT target_list.key AS page_key, ${column} AS sort_key ${rows} OFFSET ${skip}) AS page
    JOIN target_list ON target_list.key = page_key ORDER BY sort_key ${direction}, target_list.key ${direction}`;
  return { text, params };
}

/** Returns the SQL of a target's position in an order, regardless of the filter: `value` and `key`; no row for an id that is unknown in the scope. */
export function placeStatement(sort: TargetSort, id: string, judged: Judged, scope: Scope): Statement {
  const params: unknown[] = [id];
  const { column } = shownSortKey(sort, SORTS[sort], judged, { conditions: [], params });
  const text = `SELECT ${column}::text AS value, key FROM target_list WHERE id = $1::uuid ${andInScope(scope, params)}`;
  return { text, params };
}

/** Returns the SQL that counts the rows of a list before a position. */
export function rowsBeforeStatement(filter: Filter, order: Order, place: ListCursor, judged: Judged): Statement {
  const params = [...filter.params];
  const conditions = [...filter.conditions];
  const { column, type } = shownSortKey(order.sort, SORTS[order.sort], judged, { conditions, params });
  conditions.push(beyond(column, type, place, order.descending ? '>' : '<', params));
  return { text: `SELECT count(*) AS count FROM target_list ${whereOf(conditions)}`, params };
}

/** Returns the SQL condition for rows on one side of a position. */
function beyond(column: string, type: string, { value, key }: ListCursor, side: '<' | '>', params: unknown[]): string {
  params.push(value, key);
  return `(${column}, target_list.key) ${side} ($${params.length - 1}::${type}, $${params.length}::integer)`;
}
