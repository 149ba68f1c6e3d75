import type { Judged } from '@icmp-mon/status/contract';
import type { TargetSort } from '@icmp-mon/targets/contract';
import type { Position } from './cursor';
import { type Filter, whereOf } from './list-filter';
import { shownSortKey, type SortKey } from './not-judged-rows';
import { VIEW_COLUMNS } from './target-row';

/** Each sort is a column with an index (column, key); the key breaks ties, so that no row is skipped or shown twice. */
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

/** Where a page begins: after a row, or after a number of rows. */
export type PageStart = { after: Position } | { skip: number };

export interface Statement {
  text: string;
  params: unknown[];
}

/**
 * The SQL of one page: at most `limit` + 1 rows after a position, straight from the sort's index; while some shards are not
 * judged, by status and age from a scan. Rows are skipped in the index alone, and only those of the page are read from the table. Columns
 * name the table, because the view's `ip` is a text of the same name.
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
  // Of what is scanned or skipped, nothing is made into text.
  const text = `SELECT ${VIEW_COLUMNS}, sort_key::text AS sort_value
    FROM (SELECT target_list.key AS page_key, ${column} AS sort_key ${rows} OFFSET ${skip}) AS page
    JOIN target_list ON target_list.key = page_key ORDER BY sort_key ${direction}, target_list.key ${direction}`;
  return { text, params };
}

/** The SQL of a target's place in an order, whatever the filter: `value` and `key`; no row for an id that is no target's. */
export function placeStatement(sort: TargetSort, id: string, judged: Judged): Statement {
  const params: unknown[] = [id];
  const { column } = shownSortKey(sort, SORTS[sort], judged, { conditions: [], params });
  return { text: `SELECT ${column}::text AS value, key FROM target_list WHERE id = $1::uuid`, params };
}

/** The SQL of how many rows of a list are before a place in it. */
export function rowsBeforeStatement(filter: Filter, order: Order, place: Position, judged: Judged): Statement {
  const params = [...filter.params];
  const conditions = [...filter.conditions];
  const { column, type } = shownSortKey(order.sort, SORTS[order.sort], judged, { conditions, params });
  conditions.push(beyond(column, type, place, order.descending ? '>' : '<', params));
  return { text: `SELECT count(*) AS count FROM target_list ${whereOf(conditions)}`, params };
}

/** Rows on one side of a place. */
function beyond(column: string, type: string, { value, key }: Position, side: '<' | '>', params: unknown[]): string {
  params.push(value, key);
  return `(${column}, target_list.key) ${side} ($${params.length - 1}::${type}, $${params.length}::integer)`;
}
