import { ControlDatabase, type Sql } from '@icmp-mon/platform/database';
import { testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import type { TagListQuery } from '@icmp-mon/targets/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ListTags, ListTagsHandler } from './list-tags';

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
beforeEach(() => database.execute('DELETE FROM target_list'));

async function register(...tags: Record<string, string>[]): Promise<void> {
  await database.execute(
    `INSERT INTO target_list (key, id, ip, vrf, name, tags, tier, version, registered_at)
     SELECT n, gen_random_uuid(), '10.0.0.0'::inet + n::integer, 'default', NULL, tags, 'standard', 1, now()
     FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS t (tags, n)`,
    [JSON.stringify(tags)],
  );
}

/** Returns `text:targets` of each item. */
async function list(query: TagListQuery = {}): Promise<string[]> {
  const { items } = await new ListTagsHandler(database).execute(new ListTags(query, null));
  return items.map(({ text, targets }) => `${text}:${targets}`);
}

describe('tags of the inventory', () => {
  it('are listed with their targets: keys, and the values of a key', async () => {
    await register({ site: 'fra', role: 'edge' }, { site: 'ams' }, { site: 'fra' }, {});
    expect(await list()).toEqual(['role:1', 'site:3']);
    expect(await list({ key: 'site' })).toEqual(['ams:1', 'fra:2']);
    expect(await list({ key: 'none' })).toEqual([]);
  });

  it('are selected by their start, ignoring case, also of spellings and other letters', async () => {
    await register({ site: 'Fra' }, { Site: 'fra-2', place: 'Ärzte' }, { site: 'ams', Site: 'fra' }, { s_1: '100%' });
    expect(await list({ prefix: 'SI' })).toEqual([expect.stringMatching(/^site:3$/i)]);
    expect(await list({ key: 'SITE', prefix: 'f' })).toEqual([expect.stringMatching(/^fra:2$/i), 'fra-2:1']);
    expect(await list({ key: 'place', prefix: 'är' })).toEqual(['Ärzte:1']);
    expect(await list({ prefix: 's_' })).toEqual(['s_1:1']);
    expect(await list({ key: 's_1', prefix: '1%' })).toEqual([]);
    expect(await list({ key: 's_1', prefix: '100%' })).toEqual(['100%:1']);
  });

  it('are spelled as in the tag, not as another tag of the target', async () => {
    await register({ role: 'FRA', site: 'fra' });
    expect(await list({ key: 'role' })).toEqual(['FRA:1']);
    expect(await list({ key: 'site' })).toEqual(['fra:1']);
  });

  it('are limited, and the answer reports whether there are more', async () => {
    await register(...['a', 'b', 'c'].map((value) => ({ site: value })));
    const limited = (limit: number) =>
      new ListTagsHandler(database).execute(new ListTags({ key: 'site', limit }, null));
    expect(await limited(2)).toEqual({
      items: [
        { text: 'a', targets: 1 },
        { text: 'b', targets: 1 },
      ],
      isPartial: true,
    });
    expect(await limited(3)).toMatchObject({ items: { length: 3 }, isPartial: false });
  });

  it('follow changes and removals, and only those of tags', async () => {
    await register({ site: 'fra', role: 'edge' }, { site: 'fra' });
    await database.execute(`UPDATE target_list SET tags = '{"site":"ams","Role":"edge"}', name = 'x' WHERE key = 1`);
    expect([await list(), await list({ key: 'site' })]).toEqual([
      ['Role:1', 'site:2'],
      ['ams:1', 'fra:1'],
    ]);
    await database.execute(`UPDATE target_list SET status = 'up', name = 'y'`);
    await database.execute('DELETE FROM target_list WHERE key = 2');
    expect(await list({ key: 'site' })).toEqual(['ams:1']);
    await database.execute('DELETE FROM target_list');
    expect(await database.query('SELECT 1 FROM target_tag')).toEqual([]);
  });

  it('are kept by the index: changes and removals do not read the whole table', async () => {
    await register(...Array.from({ length: 2_000 }, (_, at) => ({ site: `s${at % 50}`, serial: `x${at}` })));
    await database.execute('VACUUM ANALYZE target_list, target_tag');
    /** Rows and index entries that this session has read. */
    const readOf = async (sql: Sql): Promise<number> => {
      const [row] = await sql.query<{ read: number }>(
        `SELECT sum(pg_stat_get_xact_tuples_returned(name::regclass))::integer AS read
         FROM unnest(ARRAY['target_tag', 'target_tag_pkey']) AS name`,
      );
      return row.read;
    };
    await database.transaction(async (sql) => {
      const before = await readOf(sql);
      await sql.execute(`UPDATE target_list SET tags = tags || '{"site":"fra"}' WHERE key <= 20`);
      await sql.execute(`UPDATE target_list SET tags = tags || '{"role":"edge"}' WHERE key <= 20`);
      await sql.execute('DELETE FROM target_list WHERE key > 1980');
      // 20 tags of changed targets, 40 of removed ones.
      expect((await readOf(sql)) - before).toBe(60);
    });
    expect(await list({ key: 'site', prefix: 'f' })).toEqual(['fra:20']);
  });
});

it('finds the tags of 100,000 targets by the index, also if nearly all targets have the same', async () => {
  for (let first = 1; first <= 100_000; first += 10_000) {
    await database.execute(
      `INSERT INTO target_list (key, id, ip, vrf, name, tags, tier, version, registered_at)
       SELECT n, gen_random_uuid(), '10.0.0.0'::inet + n, 'default', NULL,
         jsonb_build_object('site', 's' || n % 100, 'role', 'edge', 'serial', 'x' || n), 'standard', 1, now()
       FROM generate_series($1::integer, $1::integer + 9999) AS n`,
      [first],
    );
  }
  await database.execute('VACUUM ANALYZE target_tag');
  expect(await list()).toEqual(['role:10000', 'serial:10000', 'site:10000']);
  expect(await list({ key: 'serial', prefix: 'x9999', limit: 2 })).toEqual(['x9999:1', 'x99990:1']);
  const explained = {
    query: (text: string, params: unknown[]) => database.query(`EXPLAIN ${text}`, params),
  } as unknown as ControlDatabase;
  for (const query of [{ prefix: 's' }, { key: 'site', prefix: 's1' }]) {
    const { items } = await new ListTagsHandler(explained).execute(new ListTags({ ...query, limit: 100 }, null));
    expect(JSON.stringify(items)).toContain('target_tag_pkey');
    expect(JSON.stringify(items)).not.toMatch(/Seq Scan on target_(tag|list)/);
  }
});
