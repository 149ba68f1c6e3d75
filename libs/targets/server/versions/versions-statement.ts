import type { VersionSort } from '@icmp-mon/targets/contract';
import type { ListCursor } from '../target-list/cursor';
import { VERSION_COLUMNS } from './version-table';

/** Conditions on `target_version` with their parameters, `$1…`. */
export interface MatchingVersions {
  conditions: readonly string[];
  params: readonly unknown[];
}

export interface VersionPage {
  sort: VersionSort;
  descending: boolean;
  after: ListCursor | null;
  limit: number;
}

interface Statement {
  text: string;
  params: unknown[];
}

const SORTS: Readonly<Record<VersionSort, { column: string; type: string }>> = {
  ip: { column: 'target_version.ip', type: 'inet' },
  // As `name_sort` of the target list: targets without a name come last.
  name: { column: 'coalesce(lower(name), chr(1114111)) COLLATE "C"', type: 'text' },
  tier: { column: 'tier', type: 'text' },
};

/**
 * Returns the SQL of one page: at most `limit` + 1 rows with `sort_value` and `total`, or one row whose `key` is null. Matching versions are
 * found once, for the page and the total; only the rows of the page are read completely.
 */
export function pageOfMatching(matching: MatchingVersions, page: VersionPage): Statement {
  const { column } = SORTS[page.sort];
  const params = [...matching.params];
  const beyond = beyondCursor('sort_key', 'key', page, params);
  const order = orderBy('sort_key', 'key', page);
  const text = `WITH found AS MATERIALIZED (
      SELECT key, version, ${column} AS sort_key FROM target_version WHERE ${matching.conditions.join(' AND ')}),
    page AS (SELECT * FROM found ${beyond && `WHERE ${beyond}`} ${order} LIMIT ${page.limit + 1}),
    shown AS (SELECT ${VERSION_COLUMNS}, sort_key FROM page JOIN target_version USING (key, version))
    SELECT shown.*, sort_key::text AS sort_value, total FROM (SELECT count(*) AS total FROM found) AS counted
    LEFT JOIN shown ON true ${order}`;
  return { text, params };
}

/** Returns the SQL of a page of all versions in the order of the index of addresses; `total` is counted in the index of validity. */
export function pageOfAll(matching: MatchingVersions, page: VersionPage): Statement {
  const { column } = SORTS.ip;
  const params = [...matching.params];
  const beyond = beyondCursor(column, 'target_version.key', page, params);
  const during = matching.conditions.join(' AND ');
  const text = `SELECT shown.*, sort_key::text AS sort_value, total
    FROM (SELECT count(*) AS total FROM target_version WHERE ${during}) AS counted LEFT JOIN (
      SELECT ${VERSION_COLUMNS}, ${column} AS sort_key FROM target_version WHERE ${during} ${beyond && `AND ${beyond}`}
      ${orderBy(column, 'target_version.key', page)} LIMIT ${page.limit + 1}) AS shown ON true
    ${orderBy('sort_key', 'key', page)}`;
  return { text, params };
}

function beyondCursor(
  column: string,
  key: string,
  { after, descending, sort }: VersionPage,
  params: unknown[],
): string {
  if (after === null) return '';
  const value = `$${params.push(after.value)}::${SORTS[sort].type}`;
  return `(${column}, ${key}) ${descending ? '<' : '>'} (${value}, $${params.push(after.key)}::integer)`;
}

function orderBy(column: string, key: string, { descending }: VersionPage): string {
  const direction = descending ? 'DESC' : 'ASC';
  return `ORDER BY ${column} ${direction}, ${key} ${direction}`;
}
