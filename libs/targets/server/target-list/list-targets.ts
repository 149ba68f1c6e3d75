import { ControlDatabase } from '@icmp-mon/platform/database';
import type { TargetListQuery, TargetPage, TargetSort } from '@icmp-mon/targets/contract';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { TargetCounts } from './count-targets';
import { decodeCursor, encodeCursor, listFingerprint, type Position } from './cursor';
import { type Filter, listFilter, whereOf } from './list-filter';
import { type TargetRow, targetView, VIEW_COLUMNS } from './target-row';

const PAGE_DEFAULT = 100;
export const PAGE_MAX = 500;

/** Each sort is a column with an index (column, key); the key breaks ties, so that no row is skipped or shown twice. */
const SORTS: Readonly<Record<TargetSort, { column: string; type: string }>> = {
  status: { column: 'status_rank', type: 'smallint' },
  ip: { column: 'ip', type: 'inet' },
  name: { column: 'name_sort', type: 'text' },
  tier: { column: 'tier', type: 'text' },
  since: { column: 'since_sort', type: 'timestamptz' },
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
 * The SQL of one page: at most `limit` + 1 rows after a position, straight from the sort's index. The order names the
 * table, because the view's `ip` is a text of the same name.
 */
export function pageStatement(
  filter: Filter,
  order: { sort: TargetSort; descending: boolean },
  after: Position | null,
  limit: number,
): Statement {
  const { column, type } = SORTS[order.sort];
  const params = [...filter.params];
  const conditions = [...filter.conditions];
  if (after !== null) {
    params.push(after.value, after.key);
    const [value, key] = [`$${params.length - 1}`, `$${params.length}`];
    conditions.push(`(${column}, key) ${order.descending ? '<' : '>'} (${value}::${type}, ${key}::integer)`);
  }
  const direction = order.descending ? 'DESC' : 'ASC';
  return {
    text: `SELECT ${VIEW_COLUMNS}, ${column}::text AS sort_value FROM target_list ${whereOf(conditions)}
           ORDER BY target_list.${column} ${direction}, target_list.key ${direction} LIMIT ${limit + 1}`,
    params,
  };
}

@QueryHandler(ListTargets)
export class ListTargetsHandler implements IQueryHandler<ListTargets> {
  constructor(
    private readonly database: ControlDatabase,
    private readonly counts: TargetCounts,
  ) {}

  async execute({ query }: ListTargets): Promise<TargetPage> {
    const { sort = 'status', order = 'asc', limit = PAGE_DEFAULT } = query;
    const { q, status, tier, vrf } = query;
    const fingerprint = listFingerprint({ sort, order, q, status, tier, vrf });
    const after = query.cursor === undefined ? null : decodeCursor(fingerprint, query.cursor, sort);
    const filter = listFilter(query);
    const statement = pageStatement(filter, { sort, descending: order === 'desc' }, after, limit);
    const [rows, total] = await Promise.all([
      this.database.query<TargetRow & { sort_value: string }>(statement.text, statement.params),
      this.counts.total(filter, after !== null),
    ]);
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    const more = rows.length > limit && last !== undefined;
    return {
      items: page.map(targetView),
      next: more ? encodeCursor(fingerprint, { value: last.sort_value, key: last.key }) : null,
      total,
    };
  }
}
