import { ControlDatabase } from '@icmp-mon/platform/database';
import { newId } from '@icmp-mon/platform/ids';
import { cloudEvent, cloudEventType, type ReceivedMessage } from '@icmp-mon/platform/messaging';
import { testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import type { TargetStatusChanged } from '@icmp-mon/status/contract';
import { STATUSES } from '@icmp-mon/status/contract';
import {
  searchText,
  TARGET_SORTS,
  type TargetListQuery,
  type TargetSort,
  TARGETS_TOPIC,
  type TargetView,
} from '@icmp-mon/targets/contract';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ListedTargets } from '../target-directory';
import { TargetCounts } from './target-counts';
import { ALL_JUDGED, AT_MS, CONTEXT, FixedJudged, HALF_JUDGED, listHandler, PLACED } from './list-context.test-data';
import { listFilter } from './list-filter';
import { projectTargets } from './inventory';
import { ListTargets } from './list-targets';
import { pageStatement } from './page-statement';
import { forgetRemovals, TargetListProjection } from './target-list-projection';

let testing: TestDatabase;
let database: ControlDatabase;

beforeAll(async () => {
  testing = await testDatabase('control');
  database = new ControlDatabase({ url: testing.url });
});
afterAll(async () => {
  await database.close();
  await testing.dropDatabase();
});

/** Rows with many ties in every sort column, so that only the key can break them. */
async function fill(count: number): Promise<void> {
  await database.execute('TRUNCATE target_list, target_search');
  await database.execute(
    `INSERT INTO target_list (key, id, ip, vrf, name, tags, tier, version, registered_at, status, since)
     SELECT n, gen_random_uuid(), '10.0.0.0'::inet + n / 2, CASE n % 2 WHEN 0 THEN 'default' ELSE 'lab' END,
       CASE WHEN n % 5 = 0 THEN NULL ELSE 'Name ' || n % 97 END, '{}'::jsonb,
       CASE WHEN n % 3 = 0 THEN 'fast' ELSE 'standard' END, 1, now(),
       (ARRAY['up', 'up', 'up', 'down', 'degraded', 'unknown'])[1 + n % 6],
       CASE WHEN n % 7 = 0 THEN NULL ELSE timestamptz '2026-01-01' + make_interval(secs => n % 13) END
     FROM generate_series(1, $1::integer) AS n`,
    [count],
  );
  await database.execute('ANALYZE target_list');
}

const ORDERS = ['asc', 'desc'] as const;
const EVERY_SORT = TARGET_SORTS.flatMap((sort) => ORDERS.map((order) => [sort, order] as const));

const counts = () => new TargetCounts(database);
const list = (query: TargetListQuery, judged = ALL_JUDGED) =>
  listHandler(database, judged).execute(new ListTargets(query, null));

async function allPages(query: TargetListQuery, judged = ALL_JUDGED): Promise<TargetView[]> {
  const items: TargetView[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await list({ ...query, ...(cursor === undefined ? {} : { cursor }) }, judged);
    items.push(...page.items);
    if (page.next === null) return items;
    cursor = page.next;
  }
}

describe('pages of 1,000 targets', () => {
  beforeAll(() => fill(1_000));

  it.each(EVERY_SORT)('together are the whole list, by %s %s', async (sort, order) => {
    const column = { status: 'status_rank', ip: 'ip', name: 'name_sort', tier: 'tier', since: 'since_sort' }[sort];
    const whole = await database.query<{ key: number }>(
      `SELECT key FROM target_list ORDER BY ${column} ${order}, key ${order}`,
    );
    const paged = await allPages({ sort, order, limit: 37 });
    expect(paged.map((target) => target.key)).toEqual(whole.map((row) => row.key));
  });

  it('respect their filter, and count the matching targets', async () => {
    const paged = await allPages({
      sort: 'since',
      order: 'desc',
      status: 'down,degraded',
      tier: 'standard',
      vrf: 'lab',
      limit: 11,
    });
    const [row] = await database.query<{ count: number }>(
      `SELECT count(*) AS count FROM target_list WHERE status IN ('down', 'degraded') AND tier = 'standard' AND vrf = 'lab'`,
    );
    expect(paged).toHaveLength(row?.count ?? -1);
    expect(new Set(paged.map((target) => target.key)).size).toBe(paged.length);
    expect((await list({ status: 'down,degraded', tier: 'standard', vrf: 'lab' })).total).toBe(paged.length);
  });

  it('begin with the worst status', async () => {
    const { items } = await list({ limit: 1 });
    expect(items[0]?.status).toBe('down');
  });

  it('are consistent when rows are added or removed between them', async () => {
    const first = await list({ sort: 'ip', limit: 100 });
    await database.execute('DELETE FROM target_list WHERE key = $1', [first.items.at(-1)?.key]);
    const second = await list({ sort: 'ip', limit: 100, cursor: first.next ?? '' });
    const seen = new Set(first.items.map((target) => target.key));
    expect(second.items.some((target) => seen.has(target.key))).toBe(false);
    expect(second.items).toHaveLength(100);
  });

  it('refuse the cursor of another order', async () => {
    const { next } = await list({ sort: 'ip', limit: 10 });
    await expect(list({ sort: 'name', limit: 10, cursor: next ?? '' })).rejects.toMatchObject({ code: 'invalid' });
  });
});

describe('any position of a list', () => {
  beforeAll(() => fill(1_000));

  it.each(EVERY_SORT)('is read by one request, by %s %s, judged or not', async (sort, order) => {
    for (const judged of [ALL_JUDGED, HALF_JUDGED]) {
      const whole = (await allPages({ sort, order }, judged)).map(({ key }) => key);
      for (const position of [0, 1, 499, 993, 1_000, 5_000]) {
        const page = await list({ sort, order, position, limit: 7 }, judged);
        expect(page.items.map(({ key }) => key)).toEqual(whole.slice(position, position + 7));
        expect(page).toMatchObject({ position, total: 1_000 });
      }
    }
  });

  it('continues by cursor from there', async () => {
    const whole = (await allPages({ sort: 'name' })).map(({ key }) => key);
    const page = await list({ sort: 'name', position: 500, limit: 10 });
    const next = await list({ sort: 'name', limit: 10, cursor: page.next ?? '' });
    expect(next.items.map(({ key }) => key)).toEqual(whole.slice(510, 520));
    expect(next.position).toBeNull();
    expect((await list({ sort: 'name', position: 990, limit: 10 })).next).toBeNull();
  });

  it.each(EVERY_SORT)('is found around a target, by %s %s', async (sort, order) => {
    const whole = await allPages({ sort, order, status: 'up' }, HALF_JUDGED);
    for (const at of [0, 3, Math.floor(whole.length / 2), whole.length - 1]) {
      const around = whole[at]?.id ?? '';
      const page = await list({ sort, order, status: 'up', around, limit: 10 }, HALF_JUDGED);
      const position = Math.max(0, at - 5);
      expect(page.position).toBe(position);
      expect(page.items.map(({ id }) => id)).toEqual(whole.slice(position, position + 10).map(({ id }) => id));
    }
  });

  it('is found around the position of a target that the filter excludes', async () => {
    const whole = await allPages({ sort: 'ip' });
    const down = whole.filter(({ status }) => status === 'down');
    const out = whole.findIndex(({ status }, at) => at > 500 && status !== 'down');
    const before = whole.slice(0, out).filter(({ status }) => status === 'down').length;
    const page = await list({ sort: 'ip', status: 'down', around: whole[out]?.id ?? '', limit: 4 });
    expect(page.position).toBe(before - 2);
    expect(page.items.map(({ id }) => id)).toEqual(down.slice(before - 2, before + 2).map(({ id }) => id));
  });

  it('is refused for an unknown target, and for two starts of a page', async () => {
    await expect(list({ around: newId() })).rejects.toMatchObject({ code: 'not_found' });
    await expect(list({ around: newId(), position: 3 })).rejects.toMatchObject({
      code: 'invalid',
      errors: [{ pointer: '?around' }],
    });
  });
});

describe('a search', () => {
  const target = (key: number, name: string | null, tags: Record<string, string>) => ({
    type: 'TargetRegistered' as const,
    data: { targetId: newId(), key, ip: `198.51.100.${key}`, vrf: 'default', name, tags, tier: 'standard' },
    position: key,
    stream: `target-${key}`,
    version: 1,
    occurredAt: '2026-01-01T00:00:00.000Z',
  });
  const events = [
    target(1, 'FRA-Edge-1', { site: 'fra', role: 'edge' }),
    target(2, 'fra-core-100%', { site: 'FRA', role: 'core' }),
    target(3, null, { site: 'fra2', Role: 'Edge' }),
    target(4, 'Zürich_1', { place: 'am Main' }),
  ];

  beforeAll(async () => {
    await database.execute('TRUNCATE target_list, target_search');
    await database.transaction((sql) => projectTargets(sql, events));
  });

  const found = async (q: string): Promise<number[]> =>
    (await list({ q, sort: 'ip' })).items.map(({ key }) => key).sort((a, b) => a - b);

  it.each([
    ['edge', [1, 3]],
    ['EDGE fra', [1, 3]],
    ['core 51.100', [2]],
    ['site=fra', [1, 2]],
    ['ROLE=edge', [1, 3]],
    ['site=', [1, 2, 3]],
    ['"place=am main"', [4]],
    ['main am', [4]],
    ['zÜRICH', [4]],
    ['100%', [2]],
    ['h_1', [4]],
    ['0%1', []],
    ['edge core', []],
    ['', [1, 2, 3, 4]],
  ])('matches parts, several terms and tags, ignoring case: %s', async (q, keys) => {
    expect(await found(q)).toEqual(keys);
    expect((await list({ q })).total).toBe(keys.length);
  });

  it('follows what changes and what is removed', async () => {
    const [, , third] = events;
    const data = { ...third.data, name: 'new', tags: {} };
    const change = { ...third, type: 'TargetChanged' as const, version: 2, data };
    await database.transaction((sql) => projectTargets(sql, [change]));
    expect([await found('new'), await found('site=fra2'), await found('role=edge')]).toEqual([[3], [], [1]]);
    const removal = { ...change, type: 'TargetRemoved' as const, version: 3 };
    await database.transaction((sql) => projectTargets(sql, [removal]));
    expect(await found('new')).toEqual([]);
    expect(await database.query('SELECT FROM target_search')).toHaveLength(3);
  });

  it.each(['İstanbul', 'ΟΔΟΣ', 'Straße', 'ǅ', '𐐀', 'ﬁ', 'K'])(
    'finds %s, whose lower case depends on the letters around it or is longer elsewhere',
    async (name) => {
      const [first] = events;
      const data = { ...first.data, name, tags: { site: name } };
      await database.transaction((sql) =>
        projectTargets(sql, [{ ...first, type: 'TargetChanged' as const, version: 7, data }]),
      );
      expect([await found(name), await found(`site=${name}`)]).toEqual([[1], [1]]);
      const [row] = await database.query<{ text: string }>('SELECT text FROM target_search WHERE key = 1');
      expect(row?.text).toBe(searchText({ ip: first.data.ip, name, tags: { site: name } }));
    },
  );

  it('searches the same text as the portal, regardless of the program that wrote the row', async () => {
    const rows = await database.query<{ ip: string; name: string | null; tags: Record<string, string>; text: string }>(
      'SELECT host(ip) AS ip, name, tags, text FROM target_list JOIN target_search USING (key)',
    );
    expect(rows).toHaveLength(3);
    for (const { text, ...row } of rows) expect(text).toBe(searchText(row));
  });

  it('uses an index if the extension is installed', async () => {
    await fill(50_000);
    await database.execute('VACUUM ANALYZE target_search');
    const { conditions, params } = listFilter({ q: '10.0.17.65' }, CONTEXT, null);
    const plan = await database.query<{ 'QUERY PLAN': string }>(
      `EXPLAIN SELECT count(*) FROM target_list WHERE ${conditions.join()}`,
      params,
    );
    expect(plan.map((line) => line['QUERY PLAN']).join('\n')).toContain('target_search_text');
  });

  it('hashes the matching keys, regardless of the table statistics, so that no page compares every pair', async () => {
    await fill(50_000);
    await database.execute('TRUNCATE target_search');
    await database.execute('ANALYZE target_search');
    await database.execute("INSERT INTO target_search (key, text) SELECT key, '\n' || host(ip) FROM target_list");
    for (const q of ['10.0', '17 65', 'nothing']) {
      const filter = listFilter({ q }, CONTEXT, null);
      const order = { sort: 'name', descending: false } as const;
      const { text, params } = pageStatement(filter, order, { after: { value: '', key: 100 } }, 100, ALL_JUDGED);
      const plan = await database.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${text}`, params);
      const lines = plan.map((line) => line['QUERY PLAN']).join('\n');
      expect(lines).toContain('hashed SubPlan');
      expect(lines).not.toMatch(/Semi Join/);
    }
  });

  it('has a limited number of terms', async () => {
    await expect(list({ q: 'a b c d e f g h i' })).rejects.toMatchObject({
      code: 'invalid',
      errors: [{ pointer: '?q' }],
    });
  });
});

describe('a list of which half is not judged', () => {
  beforeAll(async () => {
    await fill(1_000);
    await database.execute(`UPDATE target_list SET reason = 'quorum_up' WHERE since IS NOT NULL`);
    // A target that was never judged is unknown.
    await database.execute(`UPDATE target_list SET status = 'unknown' WHERE since IS NULL`);
  });

  const isJudged = ({ key, tier }: TargetView): boolean => key % 2 === 1 && tier === 'standard';

  it('shows none of these as up, degraded or down, and contains since when', async () => {
    const stored = new Map((await allPages({ sort: 'ip' })).map((target) => [target.key, target]));
    for (const target of await allPages({ sort: 'ip' }, HALF_JUDGED)) {
      const before = stored.get(target.key);
      const asOf = new Date(AT_MS + (target.key % 2) * 1_000).toISOString();
      if (isJudged(target) || before?.reason === null) expect(target).toEqual({ ...before, asOf });
      else expect(target).toEqual({ ...before, asOf, status: 'unknown', reason: 'not_judged', since: asOf });
    }
  });

  it.each(EVERY_SORT)('is complete and in the order of the shown values, by %s %s', async (sort, order) => {
    const paged = await allPages({ sort, order, limit: 37 }, HALF_JUDGED);
    expect(new Set(paged.map(({ key }) => key)).size).toBe(1_000);
    const rank = ({ status, since }: TargetView): number =>
      sort === 'status' ? STATUSES.indexOf(status) : since === null ? -Infinity : Date.parse(since);
    if (sort !== 'status' && sort !== 'since') return;
    const ranks = paged.map(rank);
    expect(ranks).toEqual([...ranks].sort((a, b) => (order === 'asc' ? a - b : b - a)));
  });

  it('is filtered and counted by the shown status', async () => {
    const all = await allPages({ sort: 'ip' }, HALF_JUDGED);
    const shown = await counts().byStatus(HALF_JUDGED);
    for (const status of [...STATUSES, 'down,unknown', 'up,down', 'up,degraded,unknown']) {
      const wanted = all.filter((target) => status.split(',').includes(target.status)).map(({ key }) => key);
      const page = await list({ status, sort: 'ip' }, HALF_JUDGED);
      const found = await allPages({ status, sort: 'ip' }, HALF_JUDGED);
      expect(
        found.map(({ key }) => key),
        status,
      ).toEqual(wanted);
      expect(page.total, status).toBe(wanted.length);
      const counted = status.split(',').reduce((sum, each) => sum + shown[each as keyof typeof shown], 0);
      expect(counted, status).toBe(wanted.length);
    }
    expect((await list({}, HALF_JUDGED)).asOf).toBe(new Date(AT_MS).toISOString());
  });
});

describe('pages of 100,000 targets', () => {
  beforeAll(() => fill(100_000));

  async function planOf(sort: TargetSort, order: 'asc' | 'desc', query: TargetListQuery): Promise<string> {
    const page = await list({ ...query, sort, order, limit: 100 });
    expect(page.items).toHaveLength(100);
    const lastKey = page.items.at(-1)?.key ?? 0;
    const column = { status: 'status_rank', ip: 'ip', name: 'name_sort', tier: 'tier', since: 'since_sort' }[sort];
    const [row] = await database.query<{ value: string }>(
      `SELECT ${column}::text AS value FROM target_list WHERE key = $1`,
      [lastKey],
    );
    const after = { value: row?.value ?? '', key: lastKey };
    const statement = pageStatement(
      listFilter(query, CONTEXT, null),
      { sort, descending: order === 'desc' },
      { after },
      100,
      ALL_JUDGED,
    );
    const lines = await database.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${statement.text}`, statement.params);
    return lines.map((line) => line['QUERY PLAN']).join('\n');
  }

  it.each(EVERY_SORT)('are read from an index, by %s %s', async (sort, order) => {
    for (const query of [{}, { status: 'up' }, { tier: 'standard' }]) {
      const plan = await planOf(sort, order, query);
      expect(plan).toContain('Index Scan');
      expect(plan).not.toContain('Sort ');
    }
  });

  it.each(EVERY_SORT)('at any position, skip rows in an index alone, by %s %s', async (sort, order) => {
    const statement = pageStatement(
      listFilter({}, CONTEXT, null),
      { sort, descending: order === 'desc' },
      { skip: 50_000 },
      100,
      ALL_JUDGED,
    );
    const lines = await database.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${statement.text}`, statement.params);
    expect(lines.map((line) => line['QUERY PLAN']).join('\n')).toContain('Index Only Scan');
  });
});

describe('the projection of the list', () => {
  const projection = new TargetListProjection();
  const ids: string[] = [];

  beforeAll(async () => {
    await database.execute('TRUNCATE target_list, target_search');
    for (let key = 1; key <= 3; key += 1) {
      ids[key] = newId();
      await database.execute(
        `INSERT INTO target_list (key, id, ip, vrf, tags, tier, version, registered_at)
         VALUES ($1, $2, $3::inet, 'default', '{}', 'standard', 1, now())`,
        [key, ids[key], `192.0.2.${key}`],
      );
    }
  });

  let offset = 0;
  function message(topic: string, type: string, data: object | null): ReceivedMessage {
    const {
      key,
      value,
      headers = {},
    } = cloudEvent({ id: newId(), type, time: new Date().toISOString(), data, key: 'k' });
    offset += 1;
    return {
      topic,
      partition: 0,
      offset,
      key,
      value: value === null ? null : Buffer.from(value),
      headers,
      timestampMs: 0,
    };
  }

  const registered = (key: number) =>
    message(TARGETS_TOPIC, cloudEventType('target', 'TargetRegistered'), {
      targetId: ids[key],
      key,
      ip: `192.0.2.${key}`,
      vrf: 'default',
      name: null,
      tags: {},
      tier: 'standard',
    });
  const removed = (key: number) =>
    message(TARGETS_TOPIC, cloudEventType('target', 'TargetRemoved'), {
      targetId: ids[key],
      key,
      ip: `192.0.2.${key}`,
      vrf: 'default',
    });
  const changed = (key: number, to: string, changeSeq: number, more: object = {}) => {
    const data = {
      targetId: ids[key] ?? '',
      key,
      ip: `192.0.2.${key}`,
      vrf: 'default',
      tier: 'standard',
      from: 'unknown',
      to,
      votes: { selected: 1, needed: 1, up: 0, degraded: 0, down: 1, unknown: 0 },
      shard: 0,
      reason: 'quorum_down',
      at: '2026-01-01T00:00:00.000Z',
      lastSuccessAt: null,
      changeSeq,
      ...more,
    } as unknown as TargetStatusChanged['data'];
    return message('public.target-status.v1', cloudEventType('target-status', 'TargetStatusChanged'), data);
  };
  const handle = (...messages: ReceivedMessage[]) => database.transaction((sql) => projection.handle(sql, messages));
  const row = async (key: number) => {
    const [found] = await database.query<{
      status: string;
      reason: string | null;
      list_seq: number | null;
      change_seq: number;
    }>('SELECT status, reason, list_seq, change_seq FROM target_list WHERE key = $1', [key]);
    return found;
  };

  it('numbers a registration once', async () => {
    await handle(registered(1), registered(2));
    const first = await row(1);
    expect(first?.list_seq).toBeGreaterThan(0);
    await handle(registered(1));
    expect((await row(1))?.list_seq).toBe(first?.list_seq);
  });

  it('shows the newest status, with a new number; a repeated older one changes nothing', async () => {
    await handle(changed(1, 'up', 4), changed(1, 'down', 5), changed(1, 'degraded', 3));
    const now = await row(1);
    expect(now).toMatchObject({ status: 'down', reason: 'quorum_down', change_seq: 5 });
    await handle(changed(1, 'up', 4));
    await handle(changed(1, 'up', 5));
    expect(await row(1)).toEqual(now);
    await handle(changed(1, 'up', 6, { lastSuccessAt: '2026-01-02T00:00:00.000Z' }));
    expect((await row(1))?.status).toBe('up');
    expect((await row(1))?.list_seq).toBeGreaterThan(now?.list_seq ?? Infinity);
  });

  it('numbers each change of the inventory', async () => {
    const renamed = () =>
      message(TARGETS_TOPIC, cloudEventType('target', 'TargetChanged'), {
        ...{ targetId: ids[1], key: 1, ip: '192.0.2.1', vrf: 'default', name: 'edge', tags: {}, tier: 'standard' },
      });
    const before = (await row(1))?.list_seq ?? Infinity;
    await handle(renamed());
    const after = (await row(1))?.list_seq ?? 0;
    expect(after).toBeGreaterThan(before);
  });

  it('keeps the start of a status while only its reason changes', async () => {
    const since = async (): Promise<Date | null | undefined> =>
      (await database.query<{ since: Date | null }>('SELECT since FROM target_list WHERE key = 3'))[0]?.since;
    const at = (hour: number): string => `2026-03-01T0${hour}:00:00.000Z`;
    await handle(changed(3, 'unknown', 1, { at: at(1), from: 'unknown', reason: 'no_fresh_data' }));
    expect(await since()).toEqual(new Date(at(1)));
    await handle(changed(3, 'down', 2, { at: at(2) }));
    await handle(changed(3, 'down', 3, { at: at(3), from: 'down', reason: 'no_quorum' }));
    expect(await row(3)).toMatchObject({ status: 'down', reason: 'no_quorum', change_seq: 3 });
    expect(await since()).toEqual(new Date(at(2)));
    await handle(changed(3, 'up', 4, { at: at(4), from: 'down' }));
    expect(await since()).toEqual(new Date(at(4)));
    // Down and up again within one batch, then only the reason changes.
    await handle(
      changed(3, 'down', 5, { at: at(5), from: 'up' }),
      changed(3, 'up', 6, { at: at(6), from: 'down' }),
      changed(3, 'up', 7, { at: at(7), from: 'up', reason: 'quorum_up' }),
    );
    expect(await since()).toEqual(new Date(at(6)));
  });

  it('keeps a removal for streams, until it is deleted', async () => {
    await database.execute('DELETE FROM target_list WHERE key = 2');
    await handle(removed(2), changed(2, 'down', 9), message('public.target-status.v1', 'x', null));
    const kept = await database.query<{ list_seq: number; id: string }>('SELECT list_seq, id FROM target_list_removed');
    expect(kept).toEqual([{ id: ids[2], list_seq: expect.any(Number) as number }]);
    expect(await database.transaction((sql) => forgetRemovals(sql, new Date(Date.now() - 3_600_000)))).toBe(0);
    expect(await database.transaction((sql) => forgetRemovals(sql, new Date(Date.now() + 3_600_000)))).toBe(1);
    const [horizon] = await database.query<{ list_seq: number }>('SELECT list_seq FROM target_list_horizon');
    expect(horizon?.list_seq).toBe(kept[0]?.list_seq);
  });

  it('skips an event type of a newer release', async () => {
    await handle(message(TARGETS_TOPIC, 'icmpmon.target.exploded.v1', {}), changed(1, 'down', 90));
    expect(await row(1)).toMatchObject({ status: 'down' });
  });

  it.each([
    ['without an id', () => message(TARGETS_TOPIC, cloudEventType('target', 'TargetRegistered'), {})],
    ['with a broken id', () => changed(1, 'up', 7, { targetId: "'; DROP TABLE event" })],
    ['with an unknown status', () => changed(1, 'sideways', 7)],
    ['with a broken time', () => changed(1, 'up', 7, { at: 'yesterday' })],
    ['with a broken number', () => changed(1, 'up', 7, { changeSeq: '7' })],
    ['that is empty', () => message(TARGETS_TOPIC, cloudEventType('target', 'TargetRegistered'), null)],
  ])('rejects a message %s as poison, and changes nothing', async (_, poison) => {
    const before = await row(1);
    await expect(handle(changed(1, 'down', 100), poison())).rejects.toMatchObject({ name: 'PoisonError' });
    expect(await row(1)).toEqual(before);
  });
});

describe('targets that are looked up by their ids', () => {
  it('concurrently are found by few statements, and unknown ones are reported', async () => {
    await fill(1_000);
    const rows = await database.query<{ id: string; key: number }>('SELECT id, key FROM target_list ORDER BY key');
    const targets = new ListedTargets(database, new FixedJudged(ALL_JUDGED), PLACED, CONTEXT.maintenance);
    const statements = vi.spyOn(database, 'query');
    const absent = newId();
    const asked = Promise.all(rows.map(({ id }) => targets.findTarget(id.toUpperCase(), undefined, null)));
    await expect(targets.findTarget(absent, undefined, null)).rejects.toThrow(`There is no target ${absent}.`);
    expect((await asked).map(({ key }) => key)).toEqual(rows.map(({ key }) => key));
    expect(statements.mock.calls.length).toBeLessThan(rows.length / 100);
    statements.mockRestore();
  });
});
