import { encodeTickRecord } from '@icmp-mon/probing/wire';
import { TelemetryDatabase } from '@icmp-mon/platform/database';
import type { LogReader, LogRecord } from '@icmp-mon/platform/messaging';
import { createLogger } from '@icmp-mon/platform/ops';
import { eventually, testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { CheckpointPart } from './checkpoint-codec';
import type { ShardParticipant } from './participant';
import { PostgresShardStore } from './postgres-shard-store';
import { ShardHost } from './shard-host';

const SHARDS = 2;
/** More than may wait for a commit. */
const BACKLOG = 6_000;
const START_MS = Date.UTC(2026, 0, 1);

/** A log with a backlog: whenever it is stopped, one batch is still being delivered. */
class BusyLog implements LogReader {
  readonly partitionCount = SHARDS;
  private readonly following = new Map<number, (records: LogRecord[]) => Promise<void>>();

  logBounds(): Promise<{ low: number; high: number }> {
    return Promise.resolve({ low: 0, high: BACKLOG });
  }

  followPartition(partition: number, _from: number, onRecords: (records: LogRecord[]) => Promise<void>): Promise<void> {
    this.following.set(partition, onRecords);
    return Promise.resolve();
  }

  async unfollowPartition(partition: number): Promise<void> {
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

/** An empty log. */
class EmptyLog implements LogReader {
  readonly partitionCount = SHARDS;
  followed = true;
  closed = false;

  logBounds(): Promise<{ low: number; high: number }> {
    return Promise.resolve({ low: 0, high: 0 });
  }

  followPartition(): Promise<void> {
    return Promise.resolve();
  }

  unfollowPartition(): Promise<void> {
    this.followed = false;
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }
}

/** A participant without effects that a takeover waits for. */
class Bystander implements ShardParticipant {
  readonly name = 'bystander';

  constructor(
    readonly loadStoredRows: () => Promise<void>,
    private readonly onTake: () => void = () => undefined,
  ) {}

  checkpoint(): CheckpointPart {
    return { head: null, columns: {} };
  }

  restore(): void {
    return;
  }

  takePendingWrite(): null {
    this.onTake();
    return null;
  }

  hasPending(): boolean {
    return false;
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
    await database.dropDatabase();
  });

  afterEach(() => telemetry.execute('TRUNCATE shard, projector CASCADE'));

  function hostWith(log: LogReader, participants: (shard: number) => ShardParticipant[]): ShardHost {
    return new ShardHost({
      ...{ store: new PostgresShardStore(telemetry, database.url), shardCount: SHARDS, holder: 'host' },
      ...{ openLog: () => Promise.resolve(log), participants, logger: createLogger('test') },
    });
  }

  const held = (): Promise<object[]> => telemetry.query('SELECT shard FROM shard WHERE holder IS NOT NULL');

  it('gives a shard to another projector while more than the limit waits for a commit', async () => {
    const host = hostWith(new BusyLog(), () => []);
    host.start();
    try {
      await eventually(async () => expect(await held()).toHaveLength(SHARDS));
      await eventually(async () => {
        await telemetry.execute(
          `INSERT INTO projector (holder, seen_at) VALUES ('other', now())
           ON CONFLICT (holder) DO UPDATE SET seen_at = now()`,
        );
        expect(await held()).toHaveLength(SHARDS / 2);
      });
      expect(host.owners()).toHaveLength(SHARDS / 2);
    } finally {
      await host.stop();
    }
  });

  it('renews its leases during a takeover, regardless of how long it takes', async () => {
    let finish: () => void = () => undefined;
    const loading = new Promise<void>((resolve) => (finish = resolve));
    const host = hostWith(new EmptyLog(), (shard) => [
      new Bystander(() => (shard === 1 ? loading : Promise.resolve())),
    ]);
    const renewedAt = async (): Promise<number[]> => {
      const rows = await telemetry.query<{ at: number }>(
        `SELECT extract(epoch FROM least(s.expires_at, p.seen_at + interval '5 seconds'))::float8 AS at
         FROM shard s JOIN projector p USING (holder)`,
      );
      return rows.map(({ at }) => at);
    };
    host.start();
    try {
      const before = await eventually(async () => {
        const at = await renewedAt();
        expect(at).toHaveLength(SHARDS);
        return Math.max(...at);
      });
      await eventually(async () => expect(Math.min(...(await renewedAt()))).toBeGreaterThan(before));
      expect(host.owners()).toHaveLength(1);
    } finally {
      finish();
      await host.stop();
    }
  });

  it('retries a failed takeover, also when the wall clock was set back', async () => {
    let failures = 0;
    const host = hostWith(new EmptyLog(), () => [
      new Bystander(() => (failures++ < SHARDS ? Promise.reject(new Error('not now')) : Promise.resolve())),
    ]);
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      host.start();
      await eventually(() => expect(failures).toBe(SHARDS));
      vi.setSystemTime(Date.now() - 3_600_000);
      await eventually(() => expect(host.owners()).toHaveLength(SHARDS));
    } finally {
      vi.useRealTimers();
      await host.stop();
    }
  });

  it('stores which server process commits, also when the former one ended during a takeover', async () => {
    let ends = 1;
    const endWriter = async (): Promise<void> => {
      if (ends-- <= 0) return;
      await telemetry.query(`SELECT pg_terminate_backend(backend_pid, 5000) FROM shard WHERE holder = 'host'`);
    };
    const host = hostWith(new EmptyLog(), () => [new Bystander(endWriter)]);
    host.start();
    try {
      await eventually(async () => {
        expect(host.owners()).toHaveLength(SHARDS);
        const named = await telemetry.query(
          `SELECT FROM shard s JOIN pg_stat_activity a ON a.pid = s.backend_pid AND a.backend_start::text = s.backend_start`,
        );
        expect(named).toHaveLength(SHARDS);
      });
    } finally {
      await host.stop();
    }
  });

  it('releases its shards and closes its connections although its last commit fails, and reports the failure', async () => {
    const log = new EmptyLog();
    const refuse = (): void => {
      if (!log.followed) throw new Error('nothing can be taken');
    };
    const host = hostWith(log, () => [new Bystander(() => Promise.resolve(), refuse)]);
    host.start();
    await eventually(() => expect(host.owners()).toHaveLength(SHARDS));
    await expect(host.stop()).rejects.toThrow('nothing can be taken');
    expect(await held()).toEqual([]);
    expect(await telemetry.query('SELECT FROM projector')).toEqual([]);
    expect(log.closed).toBe(true);
    const writers = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'icmp-mon host'`;
    await eventually(async () => expect(await telemetry.query(writers)).toEqual([]));
  });
});
