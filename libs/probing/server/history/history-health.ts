import type { HealthRow } from '@icmp-mon/operations/contract';
import {
  counted,
  grade,
  type HealthFacts,
  ofRows,
  type PartReading,
  type PluggedPart,
} from '@icmp-mon/platform/health';

const LEVELS: Readonly<Record<string, string>> = {
  probe_series: 'raw results',
  probe_hourly: 'hourly',
  probe_daily: 'daily',
  probe_monthly: 'monthly',
};
const HOUR_S = 3_600;

interface LevelRow {
  relation: string;
  made_as: string;
  oldest: Date | null;
  rolled_until: Date | null;
  behind_s: number | null;
  dropped_before: Date | null;
}

/** Health of the history: how far back results reach, how far they are rolled up, and how much was not measured. */
export const HISTORY_PART: PluggedPart = {
  id: 'history',
  title: 'History',
  runbook: 'runbooks/health.md#history',
  after: 'dead-letters',
  isVital: false,
  labels: ['level'],
  columns: [
    { key: 'level', title: 'Level', unit: 'text' },
    { key: 'oldest', title: 'From', unit: 'instant' },
    { key: 'until', title: 'Rolled up to', unit: 'instant' },
    {
      key: 'behindS',
      title: 'Behind',
      unit: 'seconds',
      metric: {
        name: 'icmpmon_rollup_behind_seconds',
        help: 'Time from the end of the last rolled up bucket until now.',
      },
    },
    { key: 'droppedBefore', title: 'Dropped before', unit: 'instant' },
    { key: 'madeAs', title: 'Kept as', unit: 'text' },
  ],
  async readPart(look): Promise<PartReading> {
    const [levels, gaps] = await Promise.all([readLevels(look), readGaps(look)]);
    const rows = levels.map((level) => rowOf(level, look));
    const notMeasured = `Rolled up; ${counted(gaps, 'gap')} in the logs of shards not measured`;
    const ok = gaps === 0 ? 'Rolled up completely' : notMeasured;
    return ofRows(rows, ok, () => [
      'Hourly figures are late',
      'A job of the worker computes them: check its log for "housekeeping". Until then charts of long ranges end early.',
    ]);
  },
};

function rowOf(row: LevelRow, { thresholds }: HealthFacts): HealthRow {
  // An hour can be rolled up after its end; days and months are computed from hours.
  const lateS = row.relation === 'probe_hourly' && row.behind_s !== null ? row.behind_s - HOUR_S : null;
  return {
    state: grade(lateS, thresholds.rollupS),
    values: {
      level: LEVELS[row.relation] ?? row.relation,
      oldest: row.oldest?.toISOString() ?? null,
      until: row.rolled_until?.toISOString() ?? null,
      behindS: row.behind_s,
      droppedBefore: row.dropped_before?.toISOString() ?? null,
      madeAs: row.made_as,
    },
  };
}

/**
 * SQL: since when hours are missing if none was ever rolled up. Rows are stored in the order of time, so the first row of the oldest chunk
 * is as good as its minimum, and is found without reading a day of results.
 */
const FIRST_RESULT = `(
  SELECT s.window_start FROM probe_series s
  WHERE s.window_start < (SELECT min(c.range_end) FROM timescaledb_information.chunks c WHERE c.hypertable_name = 'probe_series')
  LIMIT 1)`;

/** Reads the oldest chunk of each level; a continuous aggregate keeps its chunks under a different name. */
function readLevels({ telemetry }: HealthFacts): Promise<LevelRow[]> {
  return telemetry.query<LevelRow>(
    `SELECT p.relation, p.made_as, p.rolled_until, p.dropped_before,
       extract(epoch FROM now() - coalesce(p.rolled_until, CASE p.relation WHEN 'probe_hourly' THEN ${FIRST_RESULT} END))::float8
         AS behind_s,
       (SELECT min(c.range_start) FROM timescaledb_information.chunks c WHERE c.hypertable_name = p.relation) AS oldest
     FROM rollup_progress p
     ORDER BY array_position(ARRAY['probe_series', 'probe_hourly', 'probe_daily', 'probe_monthly'], p.relation)`,
  );
}

async function readGaps({ telemetry }: HealthFacts): Promise<number> {
  const [row] = await telemetry.query<{ gaps: number }>('SELECT count(*) AS gaps FROM not_measured');
  return row?.gaps ?? 0;
}
