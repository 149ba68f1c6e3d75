import { connect, TelemetryDatabase } from '@icmp-mon/platform/database';
import { eventually, testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import { OUTCOME } from '@icmp-mon/probing/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { storeWindow } from '../stored-windows.test-rows';
import { dropRolledUp } from './retention';
import { rollUpNext } from './roll-up';
import { readingSource } from './source-lock';

const DAY_MS = 86_400_000;
const FIRST_DAY_MS = Date.parse('2026-03-10T00:00:00Z');
const DAYS = 5;
const KEEP_FROM = new Date(FIRST_DAY_MS + 3 * DAY_MS);
const REPLY = { agentNo: 1, offsetMs: 0, outcome: OUTCOME.reply, rttUs: 1_000 };

describe('dropping raw results', () => {
  let home: TestDatabase;
  let database: TelemetryDatabase;

  beforeAll(async () => {
    home = await testDatabase('telemetry');
    database = new TelemetryDatabase({ url: home.url });
  });

  afterAll(async () => {
    await database.close();
    await home.dropDatabase();
  });

  beforeEach(async () => {
    await database.execute('TRUNCATE probe_series; TRUNCATE rollup_dirty');
    await database.execute('UPDATE rollup_progress SET rolled_until = NULL, dropped_before = NULL');
    for (let day = 0; day < DAYS; day++) await store(day);
  });

  const store = (day: number, sql = database): Promise<void> =>
    storeWindow(sql, { targetKey: 1, startMs: FIRST_DAY_MS + day * DAY_MS, samples: [REPLY] });
  const rolledUntil = (day: number): Promise<number> =>
    database.execute(`UPDATE rollup_progress SET rolled_until = $1 WHERE relation = 'probe_hourly'`, [
      new Date(FIRST_DAY_MS + day * DAY_MS),
    ]);
  const daysLeft = async (): Promise<number[]> => {
    const rows = await database.query<{ window_start: Date }>('SELECT window_start FROM probe_series ORDER BY 1');
    return rows.map(({ window_start }) => (window_start.getTime() - FIRST_DAY_MS) / DAY_MS);
  };

  const waitingFor = (statement: string): Promise<void> =>
    eventually(async () => {
      const waits = await database.query(
        `SELECT FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE $1`,
        [`%${statement}%`],
      );
      expect(waits.length).toBeGreaterThan(0);
    });
  it('drops complete days that are older, and records the end', async () => {
    await rolledUntil(5);
    expect(await dropRolledUp(database, 'probe_series', new Date(KEEP_FROM.getTime() + 1_000))).toEqual({
      dropped: 3,
      busy: false,
    });
    expect(await daysLeft()).toEqual([3, 4]);
    const [progress] = await database.query(
      `SELECT dropped_before FROM rollup_progress WHERE relation = 'probe_series'`,
    );
    expect(progress).toEqual({ dropped_before: KEEP_FROM });
  });

  it('keeps results that are not rolled up yet, and hours with late rows', async () => {
    expect(await dropRolledUp(database, 'probe_series', KEEP_FROM)).toEqual({ dropped: 0, busy: false });
    await rolledUntil(1);
    expect(await dropRolledUp(database, 'probe_series', KEEP_FROM)).toEqual({ dropped: 1, busy: false });
    await rolledUntil(5);
    await database.execute('INSERT INTO rollup_dirty (bucket) VALUES ($1)', [new Date(FIRST_DAY_MS + 2 * DAY_MS)]);
    expect(await dropRolledUp(database, 'probe_series', KEEP_FROM)).toEqual({ dropped: 1, busy: false });
    expect(await daysLeft()).toEqual([2, 3, 4]);
  });

  it('neither waits for sessions that write the newest day nor makes them wait', async () => {
    await rolledUntil(5);
    await database.withClient(async (writer) => {
      await writer.query('BEGIN');
      const sql = {
        execute: async (text: string, values?: unknown[]) => (await writer.query(text, values)).rowCount ?? 0,
      };
      const write = (): Promise<void> =>
        storeWindow(
          { ...sql, query: () => Promise.resolve([]) },
          {
            targetKey: 2,
            startMs: FIRST_DAY_MS + 4 * DAY_MS,
            samples: [REPLY],
          },
        );
      await write();
      expect(await dropRolledUp(database, 'probe_series', KEEP_FROM)).toEqual({ dropped: 3, busy: false });
      await write();
      await writer.query('COMMIT');
    });
    expect(await daysLeft()).toEqual([3, 4, 4, 4]);
  });

  it('leaves a day that is being read to the next run, while other sessions continue to write', async () => {
    await rolledUntil(5);
    await database.withClient(async (reader) => {
      await reader.query('BEGIN');
      await reader.query('SELECT FROM probe_series WHERE window_start < $1', [new Date(FIRST_DAY_MS + 2 * DAY_MS)]);
      const dropping = dropRolledUp(database, 'probe_series', KEEP_FROM);
      await waitingFor('drop_chunks');
      await store(4);
      expect(await dropping).toEqual({ dropped: 0, busy: true });
      await reader.query('COMMIT');
    });
    expect(await daysLeft()).toEqual([0, 1, 2, 3, 4, 4]);
    expect(await dropRolledUp(database, 'probe_series', KEEP_FROM)).toEqual({ dropped: 3, busy: false });
  });

  const hoursLeft = async (): Promise<unknown[]> => database.query('SELECT bucket, sent FROM probe_hourly ORDER BY 1');

  it('keeps an hour that is due again while its results are dropped', async () => {
    await database.execute(
      `INSERT INTO shard (shard) VALUES (0); INSERT INTO series_cut VALUES (0, '2026-03-10 01:00Z')`,
    );
    const session = await connect({ url: home.url, applicationName: 'rollups' });
    await rollUpNext(session);
    await rolledUntil(5);
    const made = await hoursLeft();
    expect(made).toEqual([{ bucket: new Date(FIRST_DAY_MS), sent: 1 }]);
    await database.withClient(async (reader) => {
      await reader.query('BEGIN');
      await reader.query('SELECT FROM probe_series WHERE window_start < $1', [new Date(FIRST_DAY_MS + DAY_MS)]);
      const dropping = dropRolledUp(database, 'probe_series', KEEP_FROM);
      await waitingFor('drop_chunks');
      await database.execute('INSERT INTO rollup_dirty (bucket) VALUES ($1)', [new Date(FIRST_DAY_MS)]);
      const again = rollUpNext(session);
      await eventually(async () => {
        const waits = await database.query(
          `SELECT FROM pg_stat_activity
           WHERE datname = current_database() AND application_name = 'rollups' AND wait_event_type = 'Lock'`,
        );
        expect(waits).toHaveLength(1);
      });
      await reader.query('COMMIT');
      expect((await dropping).dropped).toBeGreaterThan(0);
      expect(await again).toMatchObject({ again: true, tooOld: true });
    });
    await session.close();
    expect(await hoursLeft()).toEqual(made);
  });

  it('waits for the hour that is being rolled up, and keeps late rows for it', async () => {
    await rolledUntil(5);
    const session = await connect({ url: home.url, applicationName: 'rollups' });
    const [dropping] = await readingSource(session, 'probe_series', async () => {
      const waiting = dropRolledUp(database, 'probe_series', KEEP_FROM);
      await waitingFor('advisory');
      await database.execute('INSERT INTO rollup_dirty (bucket) VALUES ($1)', [new Date(FIRST_DAY_MS + DAY_MS)]);
      return [waiting];
    });
    expect(await dropping).toEqual({ dropped: 1, busy: false });
    await session.close();
    expect(await daysLeft()).toEqual([1, 2, 3, 4]);
  });

  it('gives up soon when rolling up the hour takes long', async () => {
    await rolledUntil(5);
    const session = await connect({ url: home.url, applicationName: 'rollups' });
    const outcome = await readingSource(session, 'probe_series', () =>
      dropRolledUp(database, 'probe_series', KEEP_FROM),
    );
    await session.close();
    expect(outcome).toEqual({ dropped: 0, busy: true });
  });
});
