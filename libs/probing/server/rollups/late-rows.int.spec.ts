import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { connect, TelemetryDatabase } from '@icmp-mon/platform/database';
import { testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import { OUTCOME } from '@icmp-mon/probing/contract';
import { decodePairHours, PAIR_HOUR_FLAG, WINDOW_MS } from '@icmp-mon/probing/wire';
import { from as copyFrom } from 'pg-copy-streams';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SampleStore } from '../sample-store';
import type { WriterTransaction } from '@icmp-mon/shard/engine';
import { foldPairHour, NOTHING_LEFT_OUT, PAIR_HOURS_KEPT, type ReadLeftOut } from '../pair-hours/fold-pair-hour';
import { postgresSeriesTables } from '../postgres-series-tables';
import { SeriesRows } from '../series-rows';
import { rollUpNext } from './roll-up';

const HOUR_MS = 3_600_000;
const START_MS = Date.parse('2026-03-10T07:00:00Z');
const AGENT = '0199d3a0-0000-7000-8000-000000000001';

describe('results that arrive after their hour was rolled up', () => {
  let home: TestDatabase;
  let database: TelemetryDatabase;

  beforeAll(async () => {
    home = await testDatabase('telemetry');
    database = new TelemetryDatabase({ url: home.url });
    await database.execute('INSERT INTO shard (shard) VALUES (0)');
    await database.execute(`INSERT INTO agent_no (agent_id, name) VALUES ('${AGENT}', 'agent-1')`);
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
    expect(await session.query(`SELECT relation, bucket FROM rollup_dirty WHERE relation <> 'pair_hour'`)).toEqual([
      { relation: 'probe_hourly', bucket: new Date(START_MS) },
    ]);
    expect(await sent()).toEqual([4]);
    await session.close();
  });

  it('are in the pair hours too, which are made again once per mark, with what is left out', async () => {
    const session = await connect({ url: home.url, applicationName: 'test' });
    const pairs = async (): Promise<unknown[]> => {
      const rows = await session.query<{ hour: Date; target_key: number; shard: number; body: Buffer }>(
        'SELECT hour, target_key, shard, body FROM pair_hour',
      );
      return rows.map(({ body, ...row }) => ({ ...row, pairs: decodePairHours(body) }));
    };
    const now = START_MS + 2 * HOUR_MS;
    const row = (sent: number, flags: number): unknown => ({
      ...{ hour: new Date(START_MS), target_key: 1, shard: 0 },
      pairs: [expect.objectContaining({ agentNo: 1, sent, lost: 0, flags })],
    });
    const made = [];
    for (let step; (step = await foldPairHour(session, now, NOTHING_LEFT_OUT)) !== null;) made.push(step);
    // Earlier hours of the day are computed too, and have no results.
    expect(made.filter(({ rows }) => rows > 0)).toEqual([
      { bucket: new Date(START_MS).toISOString(), rows: 1, tooOld: false },
    ]);
    expect(await pairs()).toEqual([row(4, 0)]);
    expect(await foldPairHour(session, now, NOTHING_LEFT_OUT)).toBeNull();

    await write((samples, rows) => rows.lateFragment(add(samples, START_MS + 90_000)), null);
    while ((await rollUpNext(session)) !== null);
    const fails: ReadLeftOut = () => Promise.reject(new Error('no answer'));
    await expect(foldPairHour(session, now, fails)).rejects.toThrow('no answer');
    expect(await pairs()).toEqual([row(4, 0)]);
    const leftOut: ReadLeftOut = () => Promise.resolve({ targetKeys: new Set([1]), agentIds: new Set([AGENT]) });
    expect(await foldPairHour(session, now, leftOut)).toMatchObject({ rows: 1 });
    expect(await pairs()).toEqual([row(5, PAIR_HOUR_FLAG.maintenance | PAIR_HOUR_FLAG.isolated)]);

    await session.execute(`INSERT INTO rollup_dirty (relation, bucket) VALUES ('pair_hour', $1)`, [new Date(START_MS)]);
    const late = START_MS + (PAIR_HOURS_KEPT + 1) * HOUR_MS;
    expect(await foldPairHour(session, late, NOTHING_LEFT_OUT)).toMatchObject({ rows: 0, tooOld: true });
    expect(await pairs()).toHaveLength(1);
    await session.close();
  });
});
