import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TelemetryDatabase } from '@icmp-mon/platform/database';
import { testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import { dropFoldedFragments } from './folded-fragments';

describe('fragments', () => {
  let home: TestDatabase;
  let telemetry: TelemetryDatabase;

  beforeAll(async () => {
    home = await testDatabase('telemetry');
    telemetry = new TelemetryDatabase({ url: home.url });
    await telemetry.execute('INSERT INTO shard (shard) VALUES (0), (1)');
    for (const hour of ['00', '06', '12']) {
      await telemetry.execute(
        `INSERT INTO probe_recent VALUES (1, 1, 0, '2026-01-01 ${hour}:00Z', 1, 1, 0, 0, 1, 1, 1, 0, 0, '', '', 7)`,
      );
    }
  });

  afterAll(async () => {
    await telemetry?.close();
    await home?.drop();
  });

  const left = async (): Promise<number> => (await telemetry.query('SELECT FROM probe_recent')).length;

  it('are kept while one shard has folded nothing yet', async () => {
    await telemetry.execute(`INSERT INTO series_cut VALUES (0, '2026-01-01 12:00Z')`);
    expect(await dropFoldedFragments(telemetry)).toBe(0);
    expect(await left()).toBe(3);
  });

  it('go in whole chunks once every shard has folded them and nobody can resume there', async () => {
    await telemetry.execute(`INSERT INTO series_cut VALUES (1, '2026-01-01 06:30Z')`);
    expect(await dropFoldedFragments(telemetry)).toBe(1);
    expect(await left()).toBe(2);
  });
});
