import type { Scope } from '@icmp-mon/identity/contract';
import { ControlDatabase, type Sql } from '@icmp-mon/platform/database';
import { instantOf, invalidParameter } from '@icmp-mon/platform/http';
import {
  limitedFilter,
  type TargetListQuery,
  type TargetVersion,
  type TargetVersionPage,
  VERSION_SORTS,
  type VersionSort,
} from '@icmp-mon/targets/contract';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { decodeCursor, encodeCursor, listFingerprint } from '../target-list/cursor';
import { fieldsWithout, parsedFilter } from '../target-list/list-filter';
import { idsInScope } from '../target-list/scope-condition';
import { requireStored } from './stored-history';
import { FIELDS_WITHOUT_HISTORY, stillInScope, versionCondition } from './version-table';
import { type MatchingVersions, pageOfAll, pageOfMatching, type VersionPage } from './versions-statement';

const PAGE_DEFAULT = 100;
const WITHOUT_HISTORY = ['q', 'status', 'position', 'around'] as const;

/** A row of a page; without an item in the page, `key` is null. */
type PageRow = TargetVersion & { sort_value: string; total: number };

/** Lists one page of the inventory as it was at an instant. */
export class ListTargetsAt extends Query<TargetVersionPage> {
  constructor(
    readonly query: TargetListQuery & { at: string },
    readonly scope: Scope,
  ) {
    super();
  }
}

@QueryHandler(ListTargetsAt)
export class ListTargetsAtHandler implements IQueryHandler<ListTargetsAt> {
  constructor(private readonly database: ControlDatabase) {}

  /** @throws DomainError `invalid` (at, cursor, filter, parameters without a history), `unavailable` while the history is behind */
  async execute({ query, scope }: ListTargetsAt): Promise<TargetVersionPage> {
    const now = new Date();
    const at = new Date(instantOf('at', query.at, now.getTime()));
    const { order = 'asc', limit = PAGE_DEFAULT, filter, tier, vrf } = query;
    const sort = requireHistory(query);
    const fingerprint = listFingerprint({ at: at.toISOString(), sort, order, tier, vrf, filter });
    const after = query.cursor === undefined ? null : decodeCursor(fingerprint, query.cursor, sort);
    const matching = matchingVersions(query, at, scope);
    await requireStored(this.database, at, now);
    const page: VersionPage = { sort, descending: order === 'desc', after, limit };
    const [only, second] = matching.conditions;
    const isAll = sort === 'ip' && only !== undefined && second === undefined;
    const { text, params } = isAll ? pageOfAll(matching, page) : pageOfMatching(matching, page);
    const rows = await this.database.transaction(async (sql) => {
      await chooseIndexes(sql);
      return sql.query<PageRow>(text, params);
    });
    const shown = await limitParentIds(this.database, rows, scope);
    return pageView(shown, at, limit, (value, key) => encodeCursor(fingerprint, { value, key }));
  }
}

/**
 * Lets the transaction read by indexes. PostgreSQL does not know that the versions of an instant are stored close together, and would scan the
 * whole history instead, which is longer the older the installation is.
 */
async function chooseIndexes(sql: Sql): Promise<void> {
  await sql.execute('SET LOCAL enable_seqscan = off');
}

function pageView(
  rows: readonly (PageRow | { key: null; total: number })[],
  at: Date,
  limit: number,
  cursorOf: (value: string, key: number) => string,
): TargetVersionPage {
  const found = rows.filter((row): row is PageRow => row.key !== null);
  const shown = found.slice(0, limit);
  const last = shown.at(-1);
  const more = found.length > limit && last !== undefined;
  return {
    at: at.toISOString(),
    items: shown.map(versionView),
    next: more ? cursorOf(last.sort_value, last.key) : null,
    total: rows[0]?.total ?? 0,
  };
}

function versionView({ sort_value: _value, total: _total, ...row }: PageRow & { sort_key?: string }): TargetVersion {
  const { sort_key: _key, ...version } = row;
  return version;
}

/** Returns the order. @throws DomainError `invalid` for a parameter that depends on statuses or positions */
function requireHistory({ sort = 'ip', ...query }: TargetListQuery): VersionSort {
  const given = WITHOUT_HISTORY.find((name) => query[name] !== undefined);
  if (given !== undefined)
    throw invalidParameter(given, `${given} cannot be combined with at: the history has filter, tier and vrf.`);
  const found = VERSION_SORTS.find((name) => name === sort);
  if (found === undefined) throw invalidParameter('sort', `sort must be one of ${VERSION_SORTS.join(', ')} with at.`);
  return found;
}

function matchingVersions({ filter, tier, vrf }: TargetListQuery, at: Date, scope: Scope): MatchingVersions {
  const params: unknown[] = [at];
  const conditions = ['valid @> $1::timestamptz'];
  if (tier !== undefined) conditions.push(`tier = $${params.push(tier)}`);
  if (vrf !== undefined) conditions.push(`vrf = $${params.push(vrf)}`);
  const parsed = limitedFilter(parsedFilter(filter, [...FIELDS_WITHOUT_HISTORY, ...fieldsWithout(scope)]), scope);
  if (parsed !== null) conditions.push(versionCondition(parsed, params));
  if (scope !== null) conditions.push(stillInScope(scope, params));
  return { conditions, params };
}

/** Returns rows without the parents that are not in the scope. */
async function limitParentIds(
  sql: ControlDatabase,
  rows: readonly (PageRow | { key: null; total: number })[],
  scope: Scope,
): Promise<(PageRow | { key: null; total: number })[]> {
  if (scope === null) return [...rows];
  const ids = rows.flatMap((row) => (row.key === null ? [] : row.parents));
  const visible = await idsInScope(sql, [...new Set(ids)], scope);
  return rows.map((row) => (row.key === null ? row : { ...row, parents: row.parents.filter((id) => visible.has(id)) }));
}
