import { decodeSeriesBody, mergeSeriesBodies, RttHistogram } from '@icmp-mon/probing/wire';
import { emptyCounters, mergeCounters, summarizeSamples, type WindowCounters } from '../window-summary';
import type { Sql } from '@icmp-mon/platform/database';
import type { TimeRange } from '@icmp-mon/platform/http';
import type { Figures } from './figures';

/** A target and which of its checks are read: one, or all but some. */
export interface MeasuredTarget {
  key: number;
  check?: number;
  besides?: readonly number[];
}

/** SQL: the checks of a `MeasuredTarget`, in the parameters 4 and 5. */
export const OF_CHECKS = '($4::smallint IS NULL OR check_no = $4) AND check_no <> ALL ($5::smallint[])';

/** Returns the parameters of a statement about a target and a range, for `OF_CHECKS`. */
export function parametersOf({ key, check, besides = [] }: MeasuredTarget, range: TimeRange): unknown[] {
  return [key, new Date(range.fromMs), new Date(range.toMs), check ?? null, besides];
}

interface WindowRow extends WindowCounters {
  windowStart: Date;
  check: number;
  histogram: Buffer;
  /** Set only when a window of a check consists of several rows. */
  body: Buffer | null;
}

/** SQL: a folded window has its figures ready; figures of fragments are computed from samples, because jitter is not additive. */
const ROWS = `
  SELECT window_start AS "windowStart", check_no AS "check", sent, replied, lost, not_sent AS "notSent",
         rtt_min_us AS "rttMinUs", rtt_max_us AS "rttMaxUs", rtt_sum_us AS "rttSumUs",
         jitter_sum_us AS "jitterSumUs", jitter_count AS "jitterCount", histogram,
         CASE WHEN count(*) OVER (PARTITION BY window_start, check_no) > 1 THEN body END AS body
  FROM probe_window
  WHERE target_key = $1 AND window_start >= $2 AND window_start < $3 AND ${OF_CHECKS}
  ORDER BY window_start, check_no`;

/** Returns the five-minute windows of one target that start in the range, folded or still in fragments. */
export async function windowFigures(sql: Sql, target: MeasuredTarget, range: TimeRange): Promise<Figures[]> {
  const rows = await sql.query<WindowRow>(ROWS, parametersOf(target, range));
  const windows: Figures[] = [];
  for (let at = 0; at < rows.length;) {
    let end = at + 1;
    while (end < rows.length && rows[end].windowStart.getTime() === rows[at].windowStart.getTime()) end++;
    windows.push(figuresOf(rows.slice(at, end)));
    at = end;
  }
  return windows;
}

function figuresOf(rows: readonly WindowRow[]): Figures {
  const histograms: Uint8Array[] = [];
  let counters = emptyCounters();
  for (const row of rows) {
    if (row.body !== null) continue;
    histograms.push(row.histogram);
    counters = mergeCounters(counters, row);
  }
  for (const check of new Set(rows.filter(({ body }) => body !== null).map((row) => row.check))) {
    const bodies = rows.flatMap((row) => (row.check === check && row.body !== null ? [row.body] : []));
    const histogram = new RttHistogram();
    counters = mergeCounters(counters, summarizeSamples(decodeSeriesBody(mergeSeriesBodies(bodies)), histogram));
    histograms.push(histogram.encodeBins());
  }
  return { startMs: rows[0].windowStart.getTime(), counters, histograms };
}
