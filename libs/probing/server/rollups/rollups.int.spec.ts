import { TELEMETRY_MIGRATIONS } from '@icmp-mon/migrations';
import { OUTCOME } from '@icmp-mon/probing/contract';
import { bucketStart, ROLLUP_LEVELS } from './rollup-levels';
import { RttHistogram, sortSamples, WINDOW_MS } from '@icmp-mon/probing/wire';
import { emptyCounters, mergeCounters, summarizeSamples } from '../window-summary';
import { connect, type Connection, type Sql, TelemetryDatabase } from '@icmp-mon/platform/database';
import { testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sample, samplesOf, storeWatermark, storeWindow } from '../stored-windows.test-rows';
import { CommunityEdition } from './community-edition.test-server';
import { dropRolledUp } from './retention';
import { rollUpNext, type RollupStep } from './roll-up';
import { rollupFigures, rollupSelect } from './rollup-sql';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** The last hours of a year: days and months end with them. */
const START_MS = Date.parse('2025-12-31T21:00:00Z');
const END_MS = Date.parse('2026-02-01T00:00:00Z');
const PERCENTILES = [0.5, 0.95, 0.99];

interface Window {
  targetKey: number;
  check: number;
  startMs: number;
  samples: Sample[];
}

/** The same windows on each run: a linear congruential generator, and rtts over five decades. */
function windowsOf(targetKey: number, check: number, startsMs: readonly number[]): Window[] {
  let seed = targetKey * 1_000 + check;
  const random = (): number => (seed = (seed * 1_664_525 + 1_013_904_223) % 2 ** 32) / 2 ** 32;
  const sample = (at: number): Sample => {
    const dice = random();
    const outcome = dice < 0.03 ? OUTCOME.timeout : dice < 0.05 ? OUTCOME.not_sent : OUTCOME.reply;
    const rttUs = outcome === OUTCOME.reply ? Math.round(20 * 10 ** (random() * 3 + targetKey / 2)) : 0;
    return { agentNo: 1 + (at % 3), offsetMs: at * 14_000, outcome, rttUs };
  };
  return startsMs.map((startMs) => ({
    targetKey,
    check,
    startMs,
    samples: Array.from({ length: 20 }, (_, at) => sample(at)),
  }));
}

/** Three targets, one with two checks: full hours around the new year, then single windows; one target never replies. */
function allWindows(): Window[] {
  const dense = Array.from({ length: 60 }, (_, at) => START_MS + at * WINDOW_MS);
  const sparse = [9].map((day) => START_MS + day * DAY_MS + 5 * HOUR_MS);
  const silent = [START_MS].map((startMs) => ({
    targetKey: 9,
    check: 1,
    startMs,
    samples: [{ agentNo: 1, offsetMs: 0, outcome: OUTCOME.timeout, rttUs: 0 }],
  }));
  return [...windowsOf(1, 1, [...dense, ...sparse]), ...windowsOf(2, 1, dense), ...windowsOf(2, 7, sparse), ...silent];
}

async function store(sql: Sql, windows: readonly Window[]): Promise<void> {
  for (const window of windows) await storeWindow(sql, window);
}

async function rollUpAll(sql: Sql): Promise<RollupStep[]> {
  const steps: RollupStep[] = [];
  for (let step = await rollUpNext(sql); step !== null; step = await rollUpNext(sql)) steps.push(step);
  return steps;
}

const rowsOf = (sql: Sql, relation: string): Promise<object[]> =>
  sql.query(
    `SELECT target_key, check_no, extract(epoch FROM bucket)::bigint AS bucket_s, sent, replied, lost, not_sent, rtt_min_us,
            rtt_max_us, rtt_sum_us, jitter_sum_us, jitter_count, encode(histogram, 'hex') AS histogram
     FROM ${relation} ORDER BY target_key, check_no, bucket`,
  );

const statsOf = (sql: Sql, relation: string): Promise<object[]> =>
  sql.query(
    `SELECT target_key, check_no, extract(epoch FROM bucket)::bigint * 1000 AS bucket_ms, sent, loss_ratio, rtt_p50_us,
            rtt_p95_us, rtt_p99_us FROM ${relation}_stats ORDER BY target_key, check_no, bucket`,
  );

/** Expected rows, computed directly from the samples. */
function exactFigures(windows: readonly Window[], resolution: (typeof ROLLUP_LEVELS)[number]['resolution']): object[] {
  const buckets = new Map<string, Window[]>();
  for (const window of windows) {
    const key = [window.targetKey, window.check, bucketStart(resolution, window.startMs)].join(' ');
    buckets.set(key, [...(buckets.get(key) ?? []), window]);
  }
  return [...buckets]
    .map(([key, members]) => {
      const [targetKey, check, bucketMs] = key.split(' ').map(Number);
      const histogram = new RttHistogram();
      let counters = emptyCounters();
      for (const { samples } of members) {
        counters = mergeCounters(counters, summarizeSamples(sortSamples(samplesOf(samples)), histogram));
      }
      const { sent, replied, lost, notSent, rttMinUs, rttMaxUs, rttSumUs, jitterSumUs, jitterCount } = counters;
      return {
        target_key: targetKey,
        check_no: check,
        bucket_s: (bucketMs ?? NaN) / 1_000,
        sent,
        replied,
        lost,
        not_sent: notSent,
        rtt_min_us: rttMinUs,
        rtt_max_us: rttMaxUs,
        rtt_sum_us: rttSumUs,
        jitter_sum_us: jitterSumUs,
        jitter_count: jitterCount,
        histogram: Buffer.from(histogram.encodeBins()).toString('hex'),
      };
    })
    .sort(
      (a, b) =>
        (a.target_key ?? 0) - (b.target_key ?? 0) || (a.check_no ?? 0) - (b.check_no ?? 0) || a.bucket_s - b.bucket_s,
    );
}

describe('rollups', () => {
  let home: TestDatabase;
  let tables: Connection;
  let aggregates: CommunityEdition;
  const windows = allWindows();

  beforeAll(async () => {
    home = await testDatabase('telemetry');
    tables = await connect({ url: home.url, applicationName: 'test' });
    aggregates = await CommunityEdition.start(TELEMETRY_MIGRATIONS);
    for (const sql of [tables, aggregates]) {
      await sql.execute('INSERT INTO shard (shard) VALUES (0)');
      await store(sql, windows);
      await storeWatermark(sql, 0, END_MS);
    }
  }, 120_000);

  afterAll(async () => {
    await tables?.close();
    await aggregates?.stop();
    await home?.dropDatabase();
  });

  /** Both kinds of tables, on each level. */
  async function expectExact(): Promise<void> {
    for (const { relation, resolution } of ROLLUP_LEVELS) {
      const exact = exactFigures(windows, resolution);
      expect(exact.length).toBeGreaterThan(3);
      expect(await rowsOf(tables, relation)).toEqual(exact);
      expect(await rowsOf(aggregates, relation)).toEqual(exact);
      expect(await statsOf(aggregates, relation)).toEqual(await statsOf(tables, relation));
    }
  }

  it('record how this database stores them', async () => {
    const made = 'SELECT DISTINCT made_as FROM rollup_progress ORDER BY 1';
    expect(await tables.query(made)).toEqual([{ made_as: 'raw results' }, { made_as: 'table' }]);
    expect(await aggregates.query(made)).toEqual([{ made_as: 'continuous aggregate' }, { made_as: 'raw results' }]);
  });

  it('are the same figures from tables and from continuous aggregates, and those of the samples', async () => {
    for (const sql of [tables, aggregates]) expect((await rollUpAll(sql)).every(({ again }) => !again)).toBe(true);
    await expectExact();
  }, 120_000);

  it('have percentiles within 2 % of the exact ones', async () => {
    for (const { relation, resolution } of ROLLUP_LEVELS) {
      const stats = (await statsOf(tables, relation)) as Record<string, number | null>[];
      expect(stats.length).toBeGreaterThan(0);
      for (const row of stats) {
        const rttsUs = windows
          .filter(({ targetKey, check }) => targetKey === row['target_key'] && check === row['check_no'])
          .filter(({ startMs }) => bucketStart(resolution, startMs) === row['bucket_ms'])
          .flatMap(({ samples }) => samples.flatMap(({ outcome, rttUs }) => (outcome === OUTCOME.reply ? [rttUs] : [])))
          .sort((a, b) => a - b);
        for (const q of PERCENTILES) {
          const exactUs = rttsUs[Math.ceil(q * rttsUs.length) - 1];
          const found = row[`rtt_p${q * 100}_us`];
          if (exactUs === undefined) expect(found).toBeNull();
          else expect(Math.abs((found ?? NaN) - exactUs)).toBeLessThanOrEqual(exactUs * 0.02 + 0.5);
        }
      }
    }
  });

  it('include late rows: their hour is rolled up again, then its day and its month', async () => {
    const lateMs = START_MS + 9 * DAY_MS + 5 * HOUR_MS;
    const late = [...windowsOf(3, 1, [lateMs]), ...windowsOf(2, 7, [lateMs, lateMs + WINDOW_MS])];
    windows.push(...late);
    for (const sql of [tables, aggregates]) {
      await store(sql, late);
      // Twice, as by two shards.
      for (let mark = 0; mark < 2; mark++) {
        await sql.execute('INSERT INTO rollup_dirty (bucket) VALUES ($1)', [new Date(bucketStart('1h', lateMs))]);
      }
      expect(await rollUpAll(sql)).toEqual([
        { relation: 'probe_hourly', bucket: '2026-01-10T02:00:00.000Z', again: true, tooOld: false },
        { relation: 'probe_daily', bucket: '2026-01-10T00:00:00.000Z', again: true, tooOld: false },
        { relation: 'probe_monthly', bucket: '2026-01-01T00:00:00.000Z', again: true, tooOld: false },
      ]);
      expect(await sql.query(`SELECT FROM rollup_dirty WHERE relation <> 'pair_hour'`)).toEqual([]);
    }
    await expectExact();
  });

  it('are selected by the job with the SQL of the migration', async () => {
    const columnsOf = (sql: Sql, relation: string): Promise<object[]> =>
      sql.query(
        `SELECT attname, format_type(atttypid, atttypmod) AS type FROM pg_attribute
         WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
        [relation],
      );
    const definitionOf = async (sql: Sql, view: string): Promise<string> => {
      const [{ text }] = await sql.query<{ text: string }>(`SELECT pg_get_viewdef($1::regclass) AS text`, [view]);
      return text.replace(/\s+/g, ' ').replace(/;$/, '').trim();
    };
    for (const level of ROLLUP_LEVELS) {
      for (const sql of [tables, aggregates]) {
        await sql.execute(`CREATE VIEW of_the_job AS ${rollupSelect(level)}`);
        expect(await columnsOf(sql, 'of_the_job')).toEqual(await columnsOf(sql, level.relation));
        if (sql === aggregates) {
          const [{ text }] = await sql.query<{ text: string }>(
            'SELECT view_definition AS text FROM timescaledb_information.continuous_aggregates WHERE view_name = $1',
            [level.relation],
          );
          expect(await definitionOf(sql, 'of_the_job')).toBe(text.replace(/\s+/g, ' ').replace(/;$/, '').trim());
        }
        await sql.execute('DROP VIEW of_the_job');
      }
    }
    const windowFigures = `${rollupFigures('window_start AS bucket', 'integer')} FROM probe_window GROUP BY 1, 2, 3`;
    await tables.execute(`CREATE VIEW of_windows AS ${windowFigures}`);
    const inTheView = (await definitionOf(tables, 'probe_window_stats')).replaceAll('probe_window.', '');
    expect(inTheView).toContain(await definitionOf(tables, 'of_windows'));
    await tables.execute('DROP VIEW of_windows');
  });

  it('lose old hours and their sources, and keep the days', async () => {
    const database = new TelemetryDatabase({ url: home.url });
    const count = async (sql: Sql, relation: string): Promise<number> =>
      (await sql.query(`SELECT FROM ${relation}`)).length;
    const firstHour = windows.filter(({ startMs }) => bucketStart('1h', startMs) === bucketStart('1h', START_MS));
    const days = exactFigures(windows, '1d');
    for (const sql of [database, aggregates]) {
      for (const relation of ['probe_series', 'probe_hourly'] as const) {
        const { dropped } = await dropRolledUp(sql, relation, new Date('2026-01-08T00:00:00Z'));
        expect(dropped).toBeGreaterThan(0);
      }
      const left = windows.filter(({ startMs }) => startMs >= Date.parse('2026-01-08T00:00:00Z'));
      expect(await count(sql, 'probe_series')).toBe(left.length);
      expect(await rowsOf(sql, 'probe_hourly')).toEqual(exactFigures(left, '1h'));
      // Late results of a dropped day change nothing.
      await store(sql, firstHour);
      await sql.execute('INSERT INTO rollup_dirty (bucket) VALUES ($1)', [new Date(START_MS)]);
    }
    for (const session of [tables, aggregates]) {
      expect(await rollUpAll(session)).toEqual([
        { relation: 'probe_hourly', bucket: '2025-12-31T21:00:00.000Z', again: true, tooOld: true },
      ]);
      expect(await rowsOf(session, 'probe_daily')).toEqual(days);
    }
    await database.close();
  });
});
