import { TelemetryDatabase } from '@icmp-mon/platform/database';
import { eventually, testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import { OUTCOME } from '@icmp-mon/probing/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { storeWindow } from '../stored-windows.test-rows';
import { dropRolledUp } from './retention';

const DAY_MS = 86_400_000;
const FIRST_DAY_MS = Date.parse('2026-03-10T00:00:00Z');
const DAYS = 5;
const CUT = new Date(FIRST_DAY_MS + 3 * DAY_MS);
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
    await home.drop();
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

  it('takes whole days that are older, and remembers up to where', async () => {
    await rolledUntil(5);
    expect(await dropRolledUp(database, 'probe_series', new Date(CUT.getTime() + 1_000))).toEqual({
      dropped: 3,
      busy: false,
    });
    expect(await daysLeft()).toEqual([3, 4]);
    const [progress] = await database.query(
      `SELECT dropped_before FROM rollup_progress WHERE relation = 'probe_series'`,
    );
    expect(progress).toEqual({ dropped_before: CUT });
  });

  it('keeps what no hour was made of yet, and what came late for one', async () => {
    expect(await dropRolledUp(database, 'probe_series', CUT)).toEqual({ dropped: 0, busy: false });
    await rolledUntil(1);
    expect(await dropRolledUp(database, 'probe_series', CUT)).toEqual({ dropped: 1, busy: false });
    await rolledUntil(5);
    await database.execute('INSERT INTO rollup_dirty (bucket) VALUES ($1)', [new Date(FIRST_DAY_MS + 2 * DAY_MS)]);
    expect(await dropRolledUp(database, 'probe_series', CUT)).toEqual({ dropped: 1, busy: false });
    expect(await daysLeft()).toEqual([2, 3, 4]);
  });

  it('does not wait for whoever writes the newest day, nor make them wait', async () => {
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
      expect(await dropRolledUp(database, 'probe_series', CUT)).toEqual({ dropped: 3, busy: false });
      await write();
      await writer.query('COMMIT');
    });
    expect(await daysLeft()).toEqual([3, 4, 4, 4]);
  });

  it('leaves a day that somebody reads to the next run, while others write on', async () => {
    await rolledUntil(5);
    await database.withClient(async (reader) => {
      await reader.query('BEGIN');
      await reader.query('SELECT FROM probe_series WHERE window_start < $1', [new Date(FIRST_DAY_MS + 2 * DAY_MS)]);
      const dropping = dropRolledUp(database, 'probe_series', CUT);
      await eventually(async () => {
        const waits = await database.query(
          `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%drop_chunks%'`,
        );
        expect(waits.length).toBeGreaterThan(0);
      });
      await store(4);
      expect(await dropping).toEqual({ dropped: 0, busy: true });
      await reader.query('COMMIT');
    });
    expect(await daysLeft()).toEqual([0, 1, 2, 3, 4, 4]);
    expect(await dropRolledUp(database, 'probe_series', CUT)).toEqual({ dropped: 3, busy: false });
  });
});
