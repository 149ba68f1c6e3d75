import { encodeTickRecord } from '@icmp-mon/probing/contract';
import { TelemetryDatabase } from '@icmp-mon/platform/database';
import type { LogReader, LogRecord } from '@icmp-mon/platform/messaging';
import { createLogger } from '@icmp-mon/platform/ops';
import { eventually, testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ShardHost } from './shard-host';

const SHARDS = 2;
/** More than may wait for a commit. */
const BACKLOG = 6_000;
const START_MS = Date.UTC(2026, 0, 1);

/** A log that is being caught up with: whenever it is told to end, a batch is still on its way. */
class BusyLog implements LogReader {
  readonly partitionCount = SHARDS;
  private readonly following = new Map<number, (records: LogRecord[]) => Promise<void>>();

  bounds(): Promise<{ low: number; high: number }> {
    return Promise.resolve({ low: 0, high: BACKLOG });
  }

  follow(partition: number, _from: number, onRecords: (records: LogRecord[]) => Promise<void>): Promise<void> {
    this.following.set(partition, onRecords);
    return Promise.resolve();
  }

  async unfollow(partition: number): Promise<void> {
    const onRecords = this.following.get(partition);
    this.following.delete(partition);
    const records = Array.from({ length: BACKLOG }, (_, offset): LogRecord => {
      const timestampMs = START_MS + offset * 1_000;
      return { offset, timestampMs, value: Buffer.from(encodeTickRecord(1, timestampMs)) };
    });
    await onRecords?.(records);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

describe('a shard host', () => {
  let database: TestDatabase;
  let telemetry: TelemetryDatabase;

  beforeAll(async () => {
    database = await testDatabase('telemetry');
    telemetry = new TelemetryDatabase({ url: database.url });
  });

  afterAll(async () => {
    await telemetry.close();
    await database.drop();
  });

  const held = (): Promise<object[]> => telemetry.query('SELECT shard FROM shard WHERE holder IS NOT NULL');

  it('gives a shard to another projector while more waits for a commit than may', async () => {
    const host = new ShardHost({
      ...{ database: telemetry, telemetryUrl: database.url, shardCount: SHARDS, holder: 'host' },
      ...{ openLog: () => Promise.resolve(new BusyLog()), participants: () => [], logger: createLogger('test') },
    });
    host.start();
    try {
      await eventually(async () => expect(await held()).toHaveLength(SHARDS));
      await telemetry.execute(`INSERT INTO projector (holder, seen_at) VALUES ('other', now() + interval '1 hour')`);
      await eventually(async () => expect(await held()).toHaveLength(SHARDS / 2));
      expect(host.owners()).toHaveLength(SHARDS / 2);
    } finally {
      await host.stop();
    }
  });
});
