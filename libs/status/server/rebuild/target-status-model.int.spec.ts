import { TelemetryDatabase } from '@icmp-mon/platform/database';
import { newId } from '@icmp-mon/platform/ids';
import { type PendingWrite, PostgresCommit, writeCommits } from '@icmp-mon/shard/engine';
import { eventually, testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { targetStatusModel } from './target-status-model';

describe('a rebuild of target_status', () => {
  let home: TestDatabase;
  let telemetry: TelemetryDatabase;

  beforeAll(async () => {
    home = await testDatabase('telemetry');
    telemetry = new TelemetryDatabase({ url: home.url });
    await telemetry.execute('INSERT INTO shard (shard) VALUES (0), (1)');
  });

  afterAll(async () => {
    await telemetry?.close();
    await home?.dropDatabase();
  });

  const storeChange: PendingWrite = {
    rows: 1,
    async writeRows(transaction) {
      await transaction.query(
        `INSERT INTO status_change (shard, change_seq, target_key, target_id, ip, vrf, tier, from_status, to_status,
                                    reason, at, since, votes, removed, position)
         VALUES (0, 1, 1, $1, '10.0.0.1', 'default', 'fast', 'unknown', 'up', 'quorum_up', now(), now(), '{}', false, 1)`,
        [newId()],
      );
    },
  };

  /** Commits to shard 0 as its owner does. */
  const commit = (): Promise<void> =>
    telemetry.transaction((sql) =>
      writeCommits(
        new PostgresCommit({ query: (text, params) => sql.query(text, params), copyBinary: () => Promise.resolve() }),
        [
          {
            ...{
              claim: { shard: 0, epoch: 0 },
              writes: [storeChange],
              positions: new Map(),
              committedAhead: new Map(),
            },
            ...{ caughtUp: [], offset: 1, atMs: 0, checkpoint: null },
          },
        ],
      ),
    );
  const changes = async (): Promise<number> => (await telemetry.query('SELECT FROM status_change')).length;

  it('blocks commits, but not the lease renewals of waiting projectors', async () => {
    let committing = Promise.resolve();
    try {
      await telemetry.transaction(async (holder) => {
        await targetStatusModel(telemetry).holdWriters(holder);
        committing = commit();
        await eventually(async () => {
          const waits = await telemetry.query(
            `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
          );
          expect(waits).toHaveLength(1);
        });
        await telemetry.transaction(async (renewal) => {
          await renewal.execute(`SET LOCAL lock_timeout = 100`);
          expect(await renewal.execute(`UPDATE shard SET expires_at = now() + interval '5 seconds'`)).toBe(2);
        });
        expect(await changes()).toBe(0);
      });
    } finally {
      // The lock is free here: the commit ends before its database is dropped.
      await committing;
    }
    expect(await changes()).toBe(1);
  });
});
