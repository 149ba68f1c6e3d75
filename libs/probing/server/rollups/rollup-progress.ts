import type { Sql } from '@icmp-mon/platform/database';
import type { RollupLevel } from './rollup-levels';

export type RollupRelation = RollupLevel['relation'] | RollupLevel['source'];

/** Progress of one relation. Times in ms since 1970, infinite where there is none. */
export interface RollupProgress {
  /** How the database stores it: the editions of TimescaleDB differ. */
  madeAs: 'raw results' | 'table' | 'continuous aggregate';
  /** Buckets that start before it are computed. -Infinity: none is yet. */
  rolledUntilMs: number;
  /** Rows before it may have been dropped. -Infinity: none was. */
  droppedBeforeMs: number;
}

export type Progress = Readonly<Record<RollupRelation, RollupProgress>>;

interface ProgressRow {
  relation: RollupRelation;
  made_as: RollupProgress['madeAs'];
  rolled_until: Date | null;
  dropped_before: Date | null;
}

/** @throws Error when a relation has no row, which the migrations rule out. */
export async function readProgress(sql: Sql): Promise<Progress> {
  const rows = await sql.query<ProgressRow>(
    'SELECT relation, made_as, rolled_until, dropped_before FROM rollup_progress',
  );
  const of = (relation: RollupRelation): RollupProgress => {
    const row = rows.find((candidate) => candidate.relation === relation);
    if (row === undefined) throw new Error(`rollup_progress has no row for ${relation}: run the migrations.`);
    return {
      madeAs: row.made_as,
      rolledUntilMs: row.rolled_until?.getTime() ?? -Infinity,
      droppedBeforeMs: row.dropped_before?.getTime() ?? -Infinity,
    };
  };
  return {
    probe_series: of('probe_series'),
    probe_hourly: of('probe_hourly'),
    probe_daily: of('probe_daily'),
    probe_monthly: of('probe_monthly'),
  };
}
