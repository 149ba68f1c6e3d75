import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TelemetryDatabase } from '@icmp-mon/platform/database';
import { eventually, testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import { dropFoldedFragments } from './folded-fragments';

describe('fragments', () => {
  let home: TestDatabase;
  let telemetry: TelemetryDatabase;

  beforeAll(async () => {
    home = await testDatabase('telemetry');
    telemetry = new TelemetryDatabase({ url: home.url });
    await telemetry.execute('INSERT INTO shard (shard) VALUES (0), (1)');
    for (const time of ['00:00', '06:00', '12:00']) await store(time);
  });

  afterAll(async () => {
    await telemetry?.close();
    await home?.dropDatabase();
  });

  const store = (time: string): Promise<number> =>
    telemetry.execute(
      `INSERT INTO probe_recent VALUES (1, 1, 0, '2026-01-01 ${time}Z', 1, 1, 0, 0, 1, 1, 1, 0, 0, '', '', 7)`,
    );
  const left = async (): Promise<number> => (await telemetry.query('SELECT FROM probe_recent')).length;

  it('are kept while one shard has folded nothing yet', async () => {
    await telemetry.execute(`INSERT INTO series_cut VALUES (0, '2026-01-01 12:00Z')`);
    expect(await dropFoldedFragments(telemetry)).toEqual({ dropped: 0, busy: false });
    expect(await left()).toBe(3);
  });

  it('are kept while a session reads them, and late rows wait at most two seconds for that', async () => {
    await telemetry.execute(`INSERT INTO series_cut VALUES (1, '2026-01-01 08:30Z')`);
    await telemetry.withClient(async (reader) => {
      await reader.query('BEGIN');
      // A backup reads all of it.
      await reader.query('SELECT FROM probe_recent');
      const dropping = dropFoldedFragments(telemetry);
      await eventually(async () => {
        const waits = await telemetry.query(
          `SELECT FROM pg_stat_activity
           WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%drop_chunks%'`,
        );
        expect(waits.length).toBeGreaterThan(0);
      });
      await store('00:01');
      expect(await dropping).toEqual({ dropped: 0, busy: true });
      await reader.query('COMMIT');
    });
    expect(await left()).toBe(4);
  });

  it('are dropped in complete chunks once every shard has folded them and no client can resume there', async () => {
    await telemetry.execute(`UPDATE series_cut SET cut = '2026-01-01 06:30Z' WHERE shard = 1`);
    expect(await dropFoldedFragments(telemetry)).toEqual({ dropped: 1, busy: false });
    expect(await left()).toBe(2);
  });
});
