import { dropOldChunks, TelemetryDatabase } from '@icmp-mon/platform/database';
import type { OutgoingMessage } from '@icmp-mon/platform/messaging';
import { eventually, testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import type { WriterTransaction } from '@icmp-mon/shard/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pairChangePublisher } from '../pair-change-publisher';
import { postgresStatusTables } from '../postgres-status-tables';
import type { PairChangeRow } from '../status-tables';
import { checkPublisher } from './check-publisher';
import { forgetOldEvidence } from './old-evidence';
import { foldInto } from './stored-validation.test-data';
import { A, ValidatedShard } from './validation-shard.test-data';

describe('changes of checks and pairs', () => {
  let database: TestDatabase;
  let telemetry: TelemetryDatabase;

  beforeAll(async () => {
    database = await testDatabase('telemetry');
    telemetry = new TelemetryDatabase({ url: database.url });
    const shard = await ValidatedShard.of([A], [8, 16]);
    await shard.proves();
    await shard.passTime(60_000);
    await shard.fact({ kind: 'target-removed', targetKey: 16 });
    await foldInto(telemetry, shard.records);
  });

  afterAll(async () => {
    await telemetry.close();
    await database.dropDatabase();
  });

  it('are published in order, with tombstones for removed ones', async () => {
    const sent: OutgoingMessage[] = [];
    const messaging = {
      sendMessages: async (_topic: string, messages: OutgoingMessage[]) => void sent.push(...messages),
    };
    const publisher = checkPublisher({ sql: telemetry, messaging, ownedShards: () => [0] });
    publisher.start();
    const [{ last }] = await telemetry.query<{ last: number }>('SELECT max(change_seq) AS last FROM check_change');
    await eventually(async () => expect(sent).toHaveLength(last));
    await publisher.stop();
    expect(sent.every(({ key }) => String(key).endsWith('/2'))).toBe(true);
    const data = sent.flatMap(({ value }) =>
      value === null ? [] : [JSON.parse(String(value)) as { changeSeq: number }],
    );
    expect(data.length).toBeLessThan(sent.length);
    const numbers = data.map(({ changeSeq }) => changeSeq);
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
  });

  it('are forgotten once they are old and published', async () => {
    const count = async (): Promise<number[]> => {
      const [row] = await telemetry.query<{ changes: number; entries: number }>(
        'SELECT (SELECT count(*) FROM check_change)::integer AS changes, (SELECT count(*) FROM check_evidence)::integer AS entries',
      );
      return [row.changes, row.entries];
    };
    const before = await count();
    expect(await forgetOldEvidence(telemetry, new Date('2025-01-01'))).toBe(0);
    expect(await forgetOldEvidence(telemetry, new Date('2027-01-01'))).toBe(before[0] - 1 + before[1]);
    expect(await count()).toEqual([1, 0]);
  });

  it('of pairs are stored by the commit of the shard, and published in order, those of a shard under one key', async () => {
    const record = (changeSeq: number): PairChangeRow => ({
      ...{ changeSeq, chain: 2 ** 32 - changeSeq, atMs: Date.UTC(2026, 0, 1) + changeSeq * 1_000, pairs: 1 },
      ...{ body: Uint8Array.of(0, changeSeq, 255).subarray(1), position: changeSeq },
    });
    const store = (shard: number, numbers: number[]): Promise<void> =>
      // The statements of a commit, without the shard's host.
      postgresStatusTables.storePairChanges(telemetry as unknown as WriterTransaction, shard, numbers.map(record));
    const readMark = async (shard: number): Promise<unknown> =>
      (await postgresStatusTables.readStatuses(telemetry as unknown as WriterTransaction, shard)).pairChanges;
    expect(await readMark(3)).toBeNull();
    await store(3, [1, 2, 3, 4, 5]);
    await store(4, [1]);
    await store(3, [6]);
    expect(await readMark(3)).toEqual({ changeSeq: 6, chain: 2 ** 32 - 6 });
    const log: OutgoingMessage[] = [];
    const messaging = {
      sendMessages: async (_topic: string, messages: OutgoingMessage[]) => void log.push(...messages),
    };
    const one = pairChangePublisher({ sql: telemetry, messaging, ownedShards: () => [3, 4] });
    one.start();
    await eventually(async () => {
      const rows = await telemetry.query('SELECT shard, published_seq FROM pair_publication ORDER BY shard');
      expect(rows).toEqual([
        { shard: 3, published_seq: 6 },
        { shard: 4, published_seq: 1 },
      ]);
    });
    await one.stop();
    const sent = log.map(({ key, headers, value }) => `${key} ${headers?.['ce_id']} ${value?.[0]} ${value?.[1]}`);
    expect(sent.filter((line) => line.startsWith('3'))).toEqual([1, 2, 3, 4, 5, 6].map((at) => `3 3-${at} ${at} 255`));
    expect(sent.filter((line) => line.startsWith('4'))).toEqual(['4 4-1 1 255']);
    expect(await dropOldChunks(telemetry, 'pair_change', new Date('2026-02-01'))).toMatchObject({ dropped: 1 });
    expect(await readMark(3)).toMatchObject({ changeSeq: 6 });
  });
});
