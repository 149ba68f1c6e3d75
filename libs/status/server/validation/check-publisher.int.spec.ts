import { TelemetryDatabase } from '@icmp-mon/platform/database';
import type { OutgoingMessage } from '@icmp-mon/platform/messaging';
import { eventually, testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CheckPublisher } from './check-publisher';
import { forgetOldEvidence } from './old-evidence';
import { foldInto } from './stored-validation.test-data';
import { A, ValidatedShard } from './validation-shard.test-data';

describe('changes of checks', () => {
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
    const publisher = new CheckPublisher({ sql: telemetry, messaging, ownedShards: () => [0] });
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
});
