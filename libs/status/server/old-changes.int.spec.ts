import { TelemetryDatabase } from '@icmp-mon/platform/database';
import { testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { forgetOldChanges } from './old-changes';

const KEEP_FROM = new Date('2026-02-01T00:00:00Z');
const at = (day: number): Date => new Date(KEEP_FROM.getTime() + day * 86_400_000);

interface Change {
  seq: number;
  target: number;
  day: number;
  from?: string;
  to?: string;
  removed?: boolean;
}

describe('deleting old status changes', () => {
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

  async function given(changes: readonly Change[], publishedSeq: number): Promise<void> {
    await database.execute('TRUNCATE status_change, status_publication');
    await database.execute('INSERT INTO status_publication VALUES (0, $1)', [publishedSeq]);
    for (const { seq, target, day, from = 'up', to = 'down', removed = false } of changes) {
      await database.execute(
        `INSERT INTO status_change (shard, change_seq, target_key, target_id, ip, vrf, tier, from_status, to_status, reason, at,
           since, votes, removed, position)
         VALUES (0, $1, $2, gen_random_uuid(), '127.0.0.1', 'default', 't', $3, $4, 'r', $5, $5, '{}', $6, $1)`,
        [seq, target, from, to, at(day), removed],
      );
    }
  }

  const left = async (): Promise<number[]> => {
    const rows = await database.query<{ change_seq: number }>('SELECT change_seq FROM status_change ORDER BY 1');
    return rows.map(({ change_seq }) => change_seq);
  };

  it('keeps for each target the changes that give its status at that time and since when, and all newer changes', async () => {
    const changes = [
      { seq: 1, target: 1, day: -9 },
      { seq: 2, target: 2, day: -8 },
      { seq: 3, target: 1, day: -7, from: 'down', to: 'up' },
      { seq: 4, target: 1, day: -6, from: 'up', to: 'up' },
      { seq: 5, target: 1, day: -5, from: 'up', to: 'up' },
      { seq: 6, target: 1, day: 3 },
      { seq: 7, target: 3, day: 4 },
    ];
    await given(changes, 7);
    expect(await forgetOldChanges(database, KEEP_FROM)).toBe(2);
    // Change 1 is superseded by 3, and 4 by 5; 2 is the only change of its target.
    expect(await left()).toEqual([2, 3, 5, 6, 7]);
    expect(await forgetOldChanges(database, KEEP_FROM)).toBe(0);
  });

  it('deletes changes of a removed target, but keeps unpublished changes and the last change of the shard', async () => {
    const changes = [
      { seq: 1, target: 1, day: -9 },
      { seq: 2, target: 1, day: -8, removed: true },
      { seq: 3, target: 2, day: -7 },
      { seq: 4, target: 2, day: -6, removed: true },
      { seq: 5, target: 3, day: -5, removed: true },
    ];
    await given(changes, 4);
    expect(await forgetOldChanges(database, KEEP_FROM)).toBe(3);
    expect(await left()).toEqual([4, 5]);
  });

  it('continues over several steps, and stops when aborted', async () => {
    await given([], 20_000);
    await database.execute(
      `INSERT INTO status_change (shard, change_seq, target_key, target_id, ip, vrf, tier, from_status, to_status, reason, at,
         since, votes, position)
       SELECT 0, n, 1, gen_random_uuid(), '127.0.0.1', 'default', 't', 'up', 'down', 'r', $1, $1, '{}', n
       FROM generate_series(1, 12000) n`,
      [at(-1)],
    );
    expect(await forgetOldChanges(database, KEEP_FROM, AbortSignal.abort())).toBe(0);
    expect(await forgetOldChanges(database, KEEP_FROM)).toBe(11_999);
    expect(await left()).toEqual([12_000]);
  });
});
