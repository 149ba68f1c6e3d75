import type { TargetPage, TargetSort } from '@icmp-mon/targets/contract';
import { TARGET_SORTS } from '@icmp-mon/targets/contract';
import type pg from 'pg';

/** Most pages of 500 that are read to reach a depth. */
const WALK_PAGES_MAX = 20;
const VIEW = `key, id, host(ip) AS ip, vrf, name, tags, tier, version, registered_at, status, reason, since, last_success_at`;

const COLUMN_OF: Readonly<Record<TargetSort, { column: string; type: string }>> = {
  status: { column: 'status_rank', type: 'smallint' },
  ip: { column: 'ip', type: 'inet' },
  name: { column: 'name_sort', type: 'text' },
  tier: { column: 'tier', type: 'text' },
  since: { column: 'since_sort', type: 'timestamptz' },
};

const SEARCH = 'SELECT key FROM target_search WHERE text LIKE $1';

/** Filters as the portal sends them, and the equivalent hand-written SQL. */
const FILTERS: readonly { query: Record<string, string>; where: string; params: unknown[] }[] = [
  { query: {}, where: '', params: [] },
  { query: { status: 'down' }, where: 'status_rank = 0', params: [] },
  { query: { status: 'down,degraded' }, where: 'status_rank IN (0, 1)', params: [] },
  { query: { tier: 'fast' }, where: 'tier = $1', params: ['fast'] },
  { query: { q: 'site=s017' }, where: `key IN (${SEARCH})`, params: ['%\tsite=s017\t%'] },
  { query: { q: '127.25' }, where: `key IN (${SEARCH})`, params: ['%127.25%'] },
  { query: { q: 'core-a' }, where: `key IN (${SEARCH})`, params: ['%core-a%'] },
  {
    query: { filter: 'site=s017 AND NOT role=core' },
    where: `key IN (${SEARCH} AND text NOT LIKE $2)`,
    params: ['%\tsite=s017\t%', '%\trole=core\t%'],
  },
  { query: { filter: 'name ~ "core-a*"' }, where: `key IN (${SEARCH})`, params: ['\n%\ncore-a%\n%'] },
  {
    query: { filter: 'ip IN 127.25.0.0/16 AND status IN (down, degraded)' },
    where: 'ip BETWEEN $1::inet AND $2::inet AND status_rank IN (0, 1)',
    params: ['127.25.0.0', '127.25.255.255'],
  },
];

/** A page of the list over HTTP, and the hand-written SQL for the same rows. */
export interface Page {
  path: string;
  sql: pg.QueryConfig;
  expected?: string;
}

/** Returns pages at all depths: reads each list in large steps, and selects the page at the start of each step. */
export async function walk(get: (path: string) => Promise<string>, count: number): Promise<Page[]> {
  const pages: Page[] = [];
  for (const filter of FILTERS) {
    for (const sort of TARGET_SORTS) {
      for (const order of ['asc', 'desc'] as const) {
        let cursor: string | null = null;
        for (let step = 0; step < WALK_PAGES_MAX; step++) {
          const page = pageAt(filter, sort, order, cursor);
          page.expected = keysOf((JSON.parse(await get(page.path)) as TargetPage).items);
          pages.push(page);
          const large = `${page.path}&limit=500`;
          cursor = (JSON.parse(await get(large)) as TargetPage).next;
          if (cursor === null) break;
        }
      }
    }
  }
  // The same mixture in every run, in an order that interleaves the lists.
  const step = 7_919;
  return Array.from({ length: count }, (_, at) => pages[(at * step) % pages.length]);
}

function pageAt(
  filter: (typeof FILTERS)[number],
  sort: TargetSort,
  order: 'asc' | 'desc',
  cursor: string | null,
): Page {
  const query = new URLSearchParams({ ...filter.query, sort, order, ...(cursor !== null && { cursor }) });
  const { column, type } = COLUMN_OF[sort];
  const conditions = filter.where === '' ? [] : [filter.where];
  const params = [...filter.params];
  if (cursor !== null) {
    const [, value, key] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as [string, string, number];
    params.push(value, key);
    conditions.push(
      `(${column}, key) ${order === 'asc' ? '>' : '<'} ($${params.length - 1}::${type}, $${params.length}::integer)`,
    );
  }
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  const text = `SELECT ${VIEW} FROM target_list ${where} ORDER BY target_list.${column} ${order}, target_list.key ${order} LIMIT 100`;
  return { path: `/api/v1/targets?${query.toString()}`, sql: { text, values: params } };
}

/** Returns the keys of a page, for comparisons. */
export const keysOf = (items: readonly { key: number }[]): string => items.map(({ key }) => key).join(' ');
