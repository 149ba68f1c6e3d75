import { ControlDatabase } from '@icmp-mon/platform/database';
import { testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import type { TargetListQuery, TargetPage } from '@icmp-mon/targets/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALL_JUDGED, CONTEXT, listHandler } from './list-context.test-data';
import { listFilter } from './list-filter';
import { ListTargets } from './list-targets';
import { type PageStart, pageStatement } from './page-statement';

const TARGETS = 50_000;
const FIRST: PageStart = { skip: 0 };

let testing: TestDatabase;
let database: ControlDatabase;

beforeAll(async () => {
  testing = await testDatabase('control');
  database = new ControlDatabase({ url: testing.url });
  await database.execute(
    `INSERT INTO target_list (key, id, ip, vrf, name, tags, tier, version, registered_at, status, since)
     SELECT n, gen_random_uuid(), '10.0.0.0'::inet + n, 'default', 'core-' || n,
       jsonb_build_object('site', 's' || n % 100, 'role', (ARRAY['edge', 'core', 'lab'])[1 + n % 3]),
       CASE WHEN n % 50 = 0 THEN 'gold' ELSE 'standard' END, 1, now(),
       (ARRAY['up', 'up', 'up', 'down', 'degraded'])[1 + n % 5], timestamptz '2026-01-01'
     FROM generate_series(1, $1::integer) AS n`,
    [TARGETS],
  );
  // Also moves the new entries of the index of texts from its pending list, which a search reads completely.
  await database.execute('VACUUM ANALYZE target_list, target_search');
}, 60_000);
afterAll(async () => {
  await database.close();
  await testing.dropDatabase();
});

const list = (query: TargetListQuery): Promise<TargetPage> =>
  listHandler(database).execute(new ListTargets(query, null));

describe('the filter of a list', () => {
  it('selects, counts and pages together with the other parameters', async () => {
    const filter = 'site IN (S4, s9) AND NOT role=lab';
    const query = { filter, status: 'degraded', q: 'core', sort: 'ip', limit: 50 } as const;
    const wanted = Array.from({ length: TARGETS }, (_, at) => at + 1).filter(
      (key) => (key % 100 === 4 || key % 100 === 9) && key % 3 !== 2 && key % 5 === 4,
    );
    const keys: number[] = [];
    for (let cursor: string | undefined; ;) {
      const page = await list({ ...query, ...(cursor === undefined ? {} : { cursor }) });
      expect(page.total).toBe(wanted.length);
      keys.push(...page.items.map(({ key }) => key));
      if (page.next === null) break;
      cursor = page.next;
    }
    expect(keys).toEqual(wanted);
  });

  it('is part of a cursor: the cursor of another filter is refused', async () => {
    const { next } = await list({ filter: 'site=s1', limit: 10 });
    const other = list({ filter: 'site=s2', limit: 10, cursor: next ?? '' });
    await expect(other).rejects.toMatchObject({ code: 'invalid', errors: [{ pointer: '?cursor' }] });
  });

  it('may be blank: then it selects all', async () => {
    expect((await list({ filter: '  ' })).total).toBe(TARGETS);
  });

  it('is refused with the place of its fault', async () => {
    const detail = 'At character 8: found "dwn", expected a status (down, degraded, unknown, up); did you mean down?';
    await expect(list({ filter: 'status=dwn' })).rejects.toMatchObject({
      code: 'invalid',
      detail,
      errors: [{ pointer: '?filter', detail }],
      members: { offset: 7, length: 3, suggestion: 'down' },
    });
  });

  it('adds no text of the client to the statement', () => {
    const { conditions, params } = listFilter(
      { filter: `tag:status="'; DROP TABLE event" OR name ~ "x';*" OR tier="z'" OR agent="y'"` },
      { ...CONTEXT, agentTargets: { selectKeys: (named) => `SELECT 1 WHERE ${named('name')}` } },
      null,
    );
    expect(conditions.join()).not.toMatch(/DROP|x'|z'|y'/);
    expect(params).toHaveLength(4);
  });
});

describe('a page of a filtered list', () => {
  async function planOf(filter: string, start = FIRST): Promise<string> {
    const order = { sort: 'status', descending: false } as const;
    const { text, params } = pageStatement(listFilter({ filter }, CONTEXT, null), order, start, 100, ALL_JUDGED);
    const lines = await database.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${text}`, params);
    return lines.map((line) => line['QUERY PLAN']).join('\n');
  }

  it.each(['site=s7', 'site=s7 AND NOT role=lab', 'name=core-77', 'name ~ "core-77*"', 'NOT (site=s7 OR site=s8)'])(
    'finds names and tags in the index of texts, and hashes their keys: %s',
    async (filter) => {
      const plan = await planOf(filter);
      expect(plan).toContain('target_search_text');
      expect(plan).toContain('hashed SubPlan');
      expect(plan).not.toMatch(/Semi Join|Nested Loop Anti/);
    },
  );

  it('finds a small range in the index of addresses, and reads a large one in the order of the list', async () => {
    expect(await planOf('ip IN 10.0.4.0/28')).toContain('target_list_by_ip');
    expect(await planOf('ip IN 10.0.0.0/8')).toContain('target_list_by_status_rank');
    expect(await planOf('ip=10.0.4.1')).toContain('target_list_by_ip');
  });
});
