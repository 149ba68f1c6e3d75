import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';
import { COMPACT_RTT_HISTOGRAM, RTT_QUANTILE_US } from '../rtt-histogram-functions';

interface RollupLevel {
  relation: 'probe_hourly' | 'probe_daily' | 'probe_monthly';
  source: 'probe_series' | 'probe_hourly' | 'probe_daily';
  sourceTime: 'window_start' | 'bucket';
  bucket: '1 hour' | '1 day' | '1 month';
  countType: 'integer' | 'bigint';
}

const ROLLUP_LEVELS: readonly RollupLevel[] = [
  {
    relation: 'probe_hourly',
    source: 'probe_series',
    sourceTime: 'window_start',
    bucket: '1 hour',
    countType: 'integer',
  },
  { relation: 'probe_daily', source: 'probe_hourly', sourceTime: 'bucket', bucket: '1 day', countType: 'integer' },
  { relation: 'probe_monthly', source: 'probe_daily', sourceTime: 'bucket', bucket: '1 month', countType: 'bigint' },
];

/** Rows of a target stay together for as long as somebody looks at one level: hours for weeks, days for seasons. */
const CHUNK_INTERVALS: Readonly<Record<RollupLevel['relation'], string>> = {
  probe_hourly: '7 days',
  probe_daily: '90 days',
  probe_monthly: '5 years',
};

const rollupTable = ({ relation, countType }: RollupLevel): string => `
  CREATE TABLE ${relation} (
    target_key integer NOT NULL,
    check_no smallint NOT NULL,
    bucket timestamptz NOT NULL,
    sent ${countType} NOT NULL,
    replied ${countType} NOT NULL,
    lost ${countType} NOT NULL,
    not_sent ${countType} NOT NULL,
    rtt_min_us integer NOT NULL,
    rtt_max_us integer NOT NULL,
    rtt_sum_us bigint NOT NULL,
    jitter_sum_us bigint NOT NULL,
    jitter_count ${countType} NOT NULL,
    histogram bytea NOT NULL
  )`;

/** `SELECT` target, check and bucket, then all that adds up over rows of a source, without `FROM`. */
function rollupFigures(bucket: string, countType: RollupLevel['countType']): string {
  const count = (column: string): string => `sum(${column})::${countType} AS ${column}`;
  return `
    SELECT target_key, check_no, ${bucket},
      ${['sent', 'replied', 'lost', 'not_sent'].map(count).join(', ')},
      COALESCE(min(rtt_min_us) FILTER (WHERE replied > 0), 0) AS rtt_min_us,
      max(rtt_max_us) AS rtt_max_us,
      sum(rtt_sum_us)::bigint AS rtt_sum_us,
      sum(jitter_sum_us)::bigint AS jitter_sum_us,
      ${count('jitter_count')},
      compact_rtt_histogram(string_agg(histogram, '\\x00'::bytea)) AS histogram`;
}

function rollupSelect(level: RollupLevel): string {
  const time = `time_bucket('${level.bucket}'::interval, ${level.sourceTime})`;
  return `${rollupFigures(`${time} AS bucket`, level.countType)} FROM ${level.source} WHERE true GROUP BY 1, 2, 3`;
}

/** Figures as people read them. A quantile is computed only where its column is asked for. */
const statsView = (relation: string, source: string): string => {
  const quantile = (q: number): string => `LEAST(GREATEST(rtt_quantile_us(histogram, ${q}), rtt_min_us), rtt_max_us)`;
  const answered = (value: string): string => `CASE WHEN replied > 0 THEN ${value} END`;
  return `
    CREATE VIEW ${relation}_stats AS
      SELECT target_key, check_no, bucket, sent, replied, lost, not_sent,
             lost::double precision / NULLIF(sent, 0) AS loss_ratio,
             ${answered('rtt_min_us')} AS rtt_min_us,
             ${answered('rtt_sum_us::double precision / replied')} AS rtt_avg_us,
             ${answered(quantile(0.5))} AS rtt_p50_us,
             ${answered(quantile(0.95))} AS rtt_p95_us,
             ${answered(quantile(0.99))} AS rtt_p99_us,
             ${answered('rtt_max_us')} AS rtt_max_us,
             jitter_sum_us::double precision / NULLIF(jitter_count, 0) AS jitter_us
      FROM ${source}`;
};

/**
 * Hourly, daily and monthly figures: continuous aggregates where TimescaleDB's licence has them, else tables of the same
 * columns that a job fills.
 */
export class ProbingRollups1790000040000 implements MigrationInterface {
  readonly down = refuseDown;

  async up(queryRunner: QueryRunner): Promise<void> {
    const run = (sql: string): Promise<unknown> => queryRunner.query(sql);
    const asAggregates = await hasContinuousAggregates(queryRunner);
    await run(COMPACT_RTT_HISTOGRAM);
    await run(RTT_QUANTILE_US);
    await run(`
      CREATE TABLE rollup_progress (
        relation text PRIMARY KEY,
        made_as text NOT NULL CHECK (made_as IN ('raw results', 'table', 'continuous aggregate')),
        -- Buckets that begin before it are there; null until the first is.
        rolled_until timestamptz,
        -- Rows before it may have been dropped: what is made of them is not made again. Null while all are there.
        dropped_before timestamptz
      )`);
    // Written beside late rows, without a key, so that writers never wait for each other.
    await run(`
      CREATE TABLE rollup_dirty (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        relation text NOT NULL DEFAULT 'probe_hourly',
        bucket timestamptz NOT NULL
      )`);
    await run(`INSERT INTO rollup_progress (relation, made_as) VALUES ('probe_series', 'raw results')`);
    for (const level of ROLLUP_LEVELS) {
      if (asAggregates) await makeAggregate(run, level);
      else await makeTable(run, level);
      const madeAs = asAggregates ? 'continuous aggregate' : 'table';
      await run(`INSERT INTO rollup_progress (relation, made_as) VALUES ('${level.relation}', '${madeAs}')`);
      await run(statsView(level.relation, level.relation));
    }
    const windows = `${rollupFigures('window_start AS bucket', 'integer')} FROM probe_window GROUP BY 1, 2, 3`;
    await run(statsView('probe_window', `(${windows}) w`));
    // One hour of all targets is read at a time; rows come in that order.
    await run('CREATE INDEX probe_series_start ON probe_series USING brin (window_start) WITH (autosummarize = on)');
  }
}

async function hasContinuousAggregates(queryRunner: QueryRunner): Promise<boolean> {
  const rows: unknown = await queryRunner.query(
    `SELECT 1 WHERE current_setting('timescaledb.license', true) = 'timescale'`,
  );
  return Array.isArray(rows) && rows.length > 0;
}

/** Filled by calls of the job, not by a policy: only the job knows up to where every shard has folded. */
async function makeAggregate(run: (sql: string) => Promise<unknown>, level: RollupLevel): Promise<void> {
  await run(`
    CREATE MATERIALIZED VIEW ${level.relation}
    WITH (timescaledb.continuous, timescaledb.materialized_only = true, timescaledb.create_group_indexes = false) AS
    ${rollupSelect(level)}
    WITH NO DATA`);
  await run(`CREATE INDEX ${level.relation}_target ON ${level.relation} (target_key, bucket, check_no)`);
}

async function makeTable(run: (sql: string) => Promise<unknown>, level: RollupLevel): Promise<void> {
  const { relation } = level;
  await run(rollupTable(level));
  await run(`SELECT create_hypertable('${relation}', 'bucket', chunk_time_interval => interval '${CHUNK_INTERVALS[relation]}',
                                      create_default_indexes => false)`);
  await run(`CREATE UNIQUE INDEX ${relation}_target ON ${relation} (target_key, bucket, check_no)`);
  await run(`CREATE INDEX ${relation}_bucket ON ${relation} USING brin (bucket)`);
}
