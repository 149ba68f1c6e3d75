import type { Sql } from '@icmp-mon/platform/database';
import { HISTORY_KEPT_DAYS } from './baseline-rows';

/** Finished requests are kept this long. */
const JOBS_KEPT_DAYS = 30;

/** Deletes up to `rows` shifts that are too old; returns their number. */
export function forgetShifts(telemetry: Sql, rows: number): Promise<number> {
  return telemetry.execute(
    `DELETE FROM baseline_shift WHERE shift_seq IN (
       SELECT shift_seq FROM baseline_shift WHERE adopted_at < now() - interval '${HISTORY_KEPT_DAYS} days' LIMIT $1)`,
    [rows],
  );
}

/** Deletes up to `rows` requests to calculate again that finished too long ago; returns their number. */
export function forgetJobs(control: Sql, rows: number): Promise<number> {
  return control.execute(
    `DELETE FROM baseline_job WHERE id IN (
       SELECT id FROM baseline_job WHERE finished_at < now() - interval '${JOBS_KEPT_DAYS} days' LIMIT $1)`,
    [rows],
  );
}
