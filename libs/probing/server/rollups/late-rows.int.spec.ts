import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { connect, TelemetryDatabase } from '@icmp-mon/platform/database';
import { testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import { OUTCOME } from '@icmp-mon/probing/contract';
import { WINDOW_MS } from '@icmp-mon/probing/wire';
import { from as copyFrom } from 'pg-copy-streams';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SampleStore } from '../sample-store';
import type { WriterTransaction } from '@icmp-mon/shard/engine';
import { postgresSeriesTables } from '../postgres-series-tables';
import { SeriesRows } from '../series-rows';
import { rollUpNext } from './roll-up';

const HOUR_MS = 3_600_000;
const START_MS = Date.parse('2026-03-10T07:00:00Z');

describe('results that arrive after their hour was rolled up', () => {
  let home: TestDatabase;
  let database: TelemetryDatabase;

  beforeAll(async () => {
    home = await testDatabase('telemetry');
    database = new TelemetryDatabase({ url: home.url });
    await database.execute('INSERT INTO shard (shard) VALUES (0)');
  });

  afterAll(async () => {
    await database.close();
    await home.dropDatabase();
  });

  /** Writes like the shard's commit. */
  async function write(
    fill: (samples: SampleStore, rows: SeriesRows<WriterTransaction>) => void,
    watermarkMs: number | null,
  ): Promise<void> {
    const samples = new SampleStore();
    const rows = new SeriesRows(postgresSeriesTables.openFlush(0), 1, Uint16Array.of(1), samples, new Set());
    fill(samples, rows);
    await database.withClient(async (client) => {
      await client.query('BEGIN');
      const transaction = {
        query: async <T extends object>(text: string, params?: unknown[]) =>
          (await client.query(text, params)).rows as T[],
        copyBinary: (statement: string, bytes: Uint8Array) =>
          pipeline(Readable.from([Buffer.from(bytes)]), client.query(copyFrom(statement))),
      };
      await rows.writeRows(transaction, watermarkMs);
      await client.query('COMMIT');
    });
  }

  const add = (samples: SampleStore, atMs: number): number => samples.add(1, 1, atMs, 0, OUTCOME.reply, 1_000, false);

  it('are included in its figures after the next run', async () => {
    await write((samples, rows) => rows.addWindow(add(samples, START_MS), false), START_MS + HOUR_MS);
    const session = await connect({ url: home.url, applicationName: 'test' });
    const sent = async (): Promise<number[]> => {
      while ((await rollUpNext(session)) !== null);
      const rows = await session.query<{ sent: number }>('SELECT sent FROM probe_hourly');
      return rows.map((row) => row.sent);
    };
    expect(await sent()).toEqual([1]);
    await write((samples, rows) => {
      for (const at of [0, 3, 3]) rows.lateFragment(add(samples, START_MS + at * WINDOW_MS + 7_000));
    }, null);
    expect(await session.query('SELECT relation, bucket FROM rollup_dirty')).toEqual([
      { relation: 'probe_hourly', bucket: new Date(START_MS) },
    ]);
    expect(await sent()).toEqual([4]);
    await session.close();
  });
});
