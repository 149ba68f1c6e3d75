import { ControlDatabase } from '@icmp-mon/platform/database';
import { type Judged, JudgedTargets } from '@icmp-mon/status/contract';
import type { TargetListQuery, TargetPage, TargetSort } from '@icmp-mon/targets/contract';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { TargetCounts } from './target-counts';
import { decodeCursor, encodeCursor, listFingerprint, type Position } from './cursor';
import { type Filter, listFilter, whereOf } from './list-filter';
import { shownSortKey, type SortKey } from './not-judged-rows';
import { type TargetRow, targetView, VIEW_COLUMNS } from './target-row';

const PAGE_DEFAULT = 100;
export const PAGE_MAX = 500;

/** Each sort is a column with an index (column, key); the key breaks ties, so that no row is skipped or shown twice. */
const SORTS: Readonly<Record<TargetSort, SortKey>> = {
  status: { column: 'target_list.status_rank', type: 'smallint' },
  ip: { column: 'target_list.ip', type: 'inet' },
  name: { column: 'target_list.name_sort', type: 'text' },
  tier: { column: 'target_list.tier', type: 'text' },
  since: { column: 'target_list.since_sort', type: 'timestamptz' },
};

export class ListTargets extends Query<TargetPage> {
  constructor(readonly query: TargetListQuery) {
    super();
  }
}

export interface Statement {
  text: string;
  params: unknown[];
}

/**
 * The SQL of one page: at most `limit` + 1 rows after a position, straight from the sort's index; while some shards are not
 * judged, by status and age from a scan. Columns name the table, because the view's `ip` is a text of the same name.
 */
export function pageStatement(
  filter: Filter,
  order: { sort: TargetSort; descending: boolean },
  after: Position | null,
  limit: number,
  judged: Judged,
): Statement {
  const params = [...filter.params];
  const conditions = [...filter.conditions];
  const { column, type } = shownSortKey(order.sort, SORTS[order.sort], judged, { conditions, params });
  if (after !== null) {
    params.push(after.value, after.key);
    const [value, key] = [`$${params.length - 1}`, `$${params.length}`];
    conditions.push(
      `(${column}, target_list.key) ${order.descending ? '<' : '>'} (${value}::${type}, ${key}::integer)`,
    );
  }
  const direction = order.descending ? 'DESC' : 'ASC';
  const rows = `FROM target_list ${whereOf(conditions)}
    ORDER BY ${column} ${direction}, target_list.key ${direction} LIMIT ${limit + 1}`;
  if (column === SORTS[order.sort].column) {
    return { text: `SELECT ${VIEW_COLUMNS}, ${column}::text AS sort_value ${rows}`, params };
  }
  // A scan: only what the page shows is made into text.
  const text = `SELECT ${VIEW_COLUMNS}, sort_key::text AS sort_value
    FROM (SELECT target_list.key AS page_key, ${column} AS sort_key ${rows}) AS page
    JOIN target_list ON target_list.key = page_key ORDER BY sort_key ${direction}, target_list.key ${direction}`;
  return { text, params };
}

@QueryHandler(ListTargets)
export class ListTargetsHandler implements IQueryHandler<ListTargets> {
  constructor(
    private readonly database: ControlDatabase,
    private readonly counts: TargetCounts,
    private readonly judged: JudgedTargets,
  ) {}

  async execute({ query }: ListTargets): Promise<TargetPage> {
    const { sort = 'status', order = 'asc', limit = PAGE_DEFAULT } = query;
    const { q, status, tier, vrf } = query;
    const fingerprint = listFingerprint({ sort, order, q, status, tier, vrf });
    const after = query.cursor === undefined ? null : decodeCursor(fingerprint, query.cursor, sort);
    const judged = await this.judged.now();
    const filter = listFilter(query, judged);
    const statement = pageStatement(filter, { sort, descending: order === 'desc' }, after, limit, judged);
    const [rows, total] = await Promise.all([
      this.database.query<TargetRow & { sort_value: string }>(statement.text, statement.params),
      this.counts.total(filter, judged, after !== null),
    ]);
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    const more = rows.length > limit && last !== undefined;
    return {
      items: page.map((row) => targetView(row, judged)),
      next: more ? encodeCursor(fingerprint, { value: last.sort_value, key: last.key }) : null,
      total,
      asOf: judged.oldest,
    };
  }
}
