import { connect, type Connection, type Sql } from '@icmp-mon/platform/database';
import { testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import { OUTCOME } from '@icmp-mon/probing/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { storeWatermark, storeWindow } from '../stored-windows.test-rows';
import { rollUpNext } from './roll-up';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const START_MS = Date.parse('2026-03-10T00:00:00Z');
const REPLY = { agentNo: 1, offsetMs: 0, outcome: OUTCOME.reply, rttUs: 1_000 };

describe('rolling up', () => {
  let home: TestDatabase;
  let sql: Connection;

  beforeAll(async () => {
    home = await testDatabase('telemetry');
    sql = await connect({ url: home.url, applicationName: 'test' });
    await sql.execute('INSERT INTO shard (shard) VALUES (0), (1)');
  });

  beforeEach(async () => {
    for (const table of [
      'probe_series',
      'probe_hourly',
      'probe_daily',
      'probe_monthly',
      'series_cut',
      'rollup_dirty',
    ]) {
      await sql.execute(`TRUNCATE ${table}`);
    }
    await sql.execute('UPDATE rollup_progress SET rolled_until = NULL, dropped_before = NULL');
  });

  afterAll(async () => {
    await sql.close();
    await home.dropDatabase();
  });

  const store = (atMs: number, targetKey = 1): Promise<void> =>
    storeWindow(sql, { targetKey, startMs: atMs, samples: [REPLY] });
  const foldUntil = async (...watermarksMs: number[]): Promise<void> => {
    for (const [shard, watermarkMs] of watermarksMs.entries()) await storeWatermark(sql, shard, watermarkMs);
  };
  const mark = (hourMs: number): Promise<number> =>
    sql.execute('INSERT INTO rollup_dirty (bucket) VALUES ($1)', [new Date(hourMs)]);
  const all = async (session: Sql = sql): Promise<string[]> => {
    const made: string[] = [];
    for (let step = await rollUpNext(session); step; step = await rollUpNext(session)) {
      made.push(`${step.relation} ${step.bucket}${step.again ? ' again' : ''}${step.tooOld ? ', too old' : ''}`);
    }
    return made;
  };
  const hours = async (): Promise<number[]> => {
    const rows = await sql.query<{ sent: number }>('SELECT sent FROM probe_hourly ORDER BY bucket, target_key');
    return rows.map(({ sent }) => sent);
  };
  /** Passes statements to the session until one matches, which fails before or after it took effect. */
  const failing = (pattern: RegExp, when: 'before' | 'after'): Sql => ({
    query: (text, params) => sql.query(text, params),
    execute: async (text, params) => {
      const broken = new Error('broken off');
      if (!pattern.test(text)) return sql.execute(text, params);
      if (when === 'after') await sql.execute(text, params);
      throw broken;
    },
  });

  it('waits until every shard has folded the hour', async () => {
    await store(START_MS);
    expect(await all()).toEqual([]);
    await foldUntil(START_MS + 2 * HOUR_MS);
    expect(await all()).toEqual([]);
    await foldUntil(START_MS + 2 * HOUR_MS, START_MS + HOUR_MS - 1);
    expect(await all()).toEqual([]);
    await foldUntil(START_MS + 2 * HOUR_MS, START_MS + HOUR_MS);
    expect(await all()).toContain('probe_hourly 2026-03-10T00:00:00.000Z');
    expect(await hours()).toEqual([1]);
    expect(await all()).toEqual([]);
  });

  it('rolls up days and months as soon as they are over, and skips those without results', async () => {
    await store(START_MS + 23 * HOUR_MS);
    await foldUntil(START_MS + 40 * DAY_MS, START_MS + 40 * DAY_MS);
    const made = await all();
    expect(made.filter((step) => step.startsWith('probe_hourly'))).toHaveLength(24);
    expect(made.filter((step) => step.startsWith('probe_monthly'))).toEqual(['probe_monthly 2026-03-01T00:00:00.000Z']);
    expect(await sql.query('SELECT bucket, sent FROM probe_daily')).toEqual([{ bucket: new Date(START_MS), sent: 1 }]);
    const progress = await sql.query(
      'SELECT rolled_until FROM rollup_progress WHERE rolled_until IS NOT NULL ORDER BY 1',
    );
    expect(progress.map((row) => row['rolled_until'])).toEqual([
      new Date('2026-04-01T00:00:00Z'),
      new Date(START_MS + 40 * DAY_MS),
      new Date(START_MS + 40 * DAY_MS),
    ]);
  });

  it.each([
    ['before its rows are written', /INSERT INTO probe_hourly/, 'before'],
    ['before it is committed', /COMMIT/, 'before'],
    ['after its commit, whose answer is lost', /COMMIT/, 'after'],
  ] as const)('computes a bucket once, also when a step is interrupted %s', async (_, pattern, when) => {
    await store(START_MS);
    await foldUntil(START_MS + HOUR_MS, START_MS + HOUR_MS);
    await expect(all(failing(pattern, when))).rejects.toThrow('broken off');
    await all();
    expect(await hours()).toEqual([1]);
    await store(START_MS, 2);
    await mark(START_MS);
    await expect(all(failing(pattern, when))).rejects.toThrow('broken off');
    expect(await hours()).toEqual(when === 'after' ? [1, 1] : [1]);
    await all();
    expect(await hours()).toEqual([1, 1]);
  });

  it('keeps a mark that is set while its hour is rolled up', async () => {
    await store(START_MS);
    await foldUntil(START_MS + HOUR_MS, START_MS + HOUR_MS);
    const meanwhile = await connect({ url: home.url, applicationName: 'test' });
    const lateRow: Sql = {
      query: (text, params) => sql.query(text, params),
      execute: async (text, params) => {
        const count = await sql.execute(text, params);
        if (!text.includes('INSERT INTO probe_hourly')) return count;
        await storeWindow(meanwhile, { targetKey: 2, startMs: START_MS, samples: [REPLY] });
        await meanwhile.execute('INSERT INTO rollup_dirty (bucket) VALUES ($1)', [new Date(START_MS)]);
        return count;
      },
    };
    await rollUpNext(lateRow);
    expect(await hours()).toEqual([1]);
    expect(await all()).toContain('probe_hourly 2026-03-10T00:00:00.000Z again');
    expect(await hours()).toEqual([1, 1]);
    await meanwhile.close();
  });

  it('has the same outcome when two sessions run at the same time', async () => {
    for (let hour = 0; hour < 6; hour++) await store(START_MS + hour * HOUR_MS);
    await foldUntil(START_MS + 6 * HOUR_MS, START_MS + 6 * HOUR_MS);
    const other = await connect({ url: home.url, applicationName: 'test' });
    await Promise.all([all(sql), all(other)]);
    await other.close();
    expect(await hours()).toEqual([1, 1, 1, 1, 1, 1]);
  });

  it('leaves an hour unchanged when its source was dropped', async () => {
    await store(START_MS);
    await foldUntil(START_MS + HOUR_MS, START_MS + HOUR_MS);
    await all();
    await sql.execute(`UPDATE rollup_progress SET dropped_before = $1 WHERE relation = 'probe_series'`, [
      new Date(START_MS + DAY_MS),
    ]);
    await sql.execute('DELETE FROM probe_series');
    await store(START_MS, 2);
    await mark(START_MS);
    expect(await all()).toEqual(['probe_hourly 2026-03-10T00:00:00.000Z again, too old']);
    expect(await hours()).toEqual([1]);
    expect(await all()).toEqual([]);
  });
});
