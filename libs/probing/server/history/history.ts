import {
  decodeSeriesBody,
  emptyCounters,
  historyPoint,
  type HistoryPoint,
  mergeCounters,
  mergeSeriesBodies,
  RttHistogram,
  summarizeSamples,
  WINDOW_MS,
  type WindowCounters,
  windowStart,
} from '@icmp-mon/probing/contract';
import { TelemetryDatabase } from '@icmp-mon/platform/database';
import { Injectable } from '@nestjs/common';
import type { TimeRange } from './time-range';

interface HistoryRow extends WindowCounters {
  windowStart: Date;
  check: number;
  histogram: Buffer;
  /** Only where a window of a check is in several rows. */
  body: Buffer | null;
}

/** A folded window has its figures ready; fragments are put together from their samples, because jitter does not add up. */
const ROWS = `
  SELECT window_start AS "windowStart", check_no AS "check", sent, replied, lost, not_sent AS "notSent",
         rtt_min_us AS "rttMinUs", rtt_max_us AS "rttMaxUs", rtt_sum_us AS "rttSumUs",
         jitter_sum_us AS "jitterSumUs", jitter_count AS "jitterCount", histogram,
         CASE WHEN count(*) OVER (PARTITION BY window_start, check_no) > 1 THEN body END AS body
  FROM probe_window
  WHERE target_key = $1 AND window_start >= $2 AND window_start < $3
  ORDER BY window_start, check_no`;

/** Five-minute points of one target, over all its agents and checks. */
@Injectable()
export class History {
  constructor(private readonly database: TelemetryDatabase) {}

  /** Points of the windows that the range touches, oldest first; where nothing was measured there is none. */
  async read(targetKey: number, { fromMs, toMs }: TimeRange): Promise<HistoryPoint[]> {
    const rows = await this.database.query<HistoryRow>(ROWS, [
      targetKey,
      new Date(windowStart(fromMs)),
      new Date(toMs),
    ]);
    const points: HistoryPoint[] = [];
    for (let at = 0; at < rows.length;) {
      let end = at + 1;
      while (end < rows.length && rows[end].windowStart.getTime() === rows[at].windowStart.getTime()) end++;
      points.push(pointOf(rows.slice(at, end)));
      at = end;
    }
    return points;
  }
}

function pointOf(rows: readonly HistoryRow[]): HistoryPoint {
  const histogram = new RttHistogram();
  let counters = emptyCounters();
  for (const row of rows) {
    if (row.body !== null) continue;
    histogram.merge(row.histogram);
    counters = mergeCounters(counters, row);
  }
  for (const check of new Set(rows.filter(({ body }) => body !== null).map((row) => row.check))) {
    const bodies = rows.flatMap((row) => (row.check === check && row.body !== null ? [row.body] : []));
    counters = mergeCounters(counters, summarizeSamples(decodeSeriesBody(mergeSeriesBodies(bodies)), histogram));
  }
  return historyPoint(rows[0].windowStart.getTime(), WINDOW_MS, counters, histogram);
}
