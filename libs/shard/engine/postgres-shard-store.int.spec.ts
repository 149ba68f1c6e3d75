import { TelemetryDatabase } from '@icmp-mon/platform/database';
import { eventually, testDatabase } from '@icmp-mon/platform/testing';
import { expect } from 'vitest';
import { PostgresShardStore } from './postgres-shard-store';
import { describeShardStore, type StoreUnderTest } from './store-contract';

async function open(): Promise<StoreUnderTest> {
  const home = await testDatabase('telemetry');
  const database = new TelemetryDatabase({ url: home.url });
  return {
    store: new PostgresShardStore(database, home.url),
    advanceUntil: (work) => work,
    async untilOneWaits() {
      await eventually(async () => {
        const waits = await database.query(
          `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        );
        expect(waits).toHaveLength(1);
      });
    },
    async expireLeases() {
      await database.execute(`UPDATE shard SET expires_at = now() - interval '1 second' WHERE holder IS NOT NULL`);
    },
    async close() {
      await database.close();
      await home.dropDatabase();
    },
  };
}

describeShardStore('in PostgreSQL', open);
