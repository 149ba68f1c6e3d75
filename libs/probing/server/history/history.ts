import { type HistoryPoint, type Resolution } from '@icmp-mon/probing/contract';
import { bucketEnd, bucketStart, ROLLUP_LEVELS, type RollupLevel } from '../rollups/rollup-levels';
import { type WindowCounters } from '../window-summary';
import { TelemetryDatabase } from '@icmp-mon/platform/database';
import type { TimeRange } from '@icmp-mon/platform/http';
import { Injectable } from '@nestjs/common';
import { type Progress, readProgress } from '../rollups/rollup-progress';
import { type Figures, gather, pointsOf } from './figures';
import { type AskedResolution, chooseResolution } from './resolution';
import { type MeasuredTarget, OF_CHECKS, parametersOf, windowFigures } from './window-figures';

interface RollupRow extends WindowCounters {
  bucket: Date;
  histogram: Buffer;
}

const rollupRows = ({ relation }: RollupLevel): string => `
  SELECT bucket, sent, replied, lost, not_sent AS "notSent", rtt_min_us AS "rttMinUs", rtt_max_us AS "rttMaxUs",
         rtt_sum_us AS "rttSumUs", jitter_sum_us AS "jitterSumUs", jitter_count AS "jitterCount", histogram
  FROM ${relation} WHERE target_key = $1 AND bucket >= $2 AND bucket < $3 AND ${OF_CHECKS}`;

/** Figures of one target over all its agents, in windows of the length that a request asks for. */
@Injectable()
export class History {
  constructor(private readonly database: TelemetryDatabase) {}

  /**
   * Returns the points of the windows that overlap with the range, oldest first; none for windows without measurements.
   * @throws DomainError `invalid` for a resolution that would lead to too many points
   */
  async readPoints(
    target: MeasuredTarget,
    range: TimeRange,
    asked: AskedResolution = 'auto',
  ): Promise<{ items: HistoryPoint[]; resolution: Resolution }> {
    const progress = await readProgress(this.database);
    const resolution = chooseResolution(asked, range, progress);
    const whole = {
      fromMs: bucketStart(resolution, range.fromMs),
      toMs: bucketEnd(resolution, range.toMs - 1),
    };
    return { items: pointsOf(await this.readFigures(target, whole, resolution, progress), resolution), resolution };
  }

  /** Returns the level's own rows as far as they are computed, and figures from the level below after that. */
  private async readFigures(
    target: MeasuredTarget,
    { fromMs, toMs }: TimeRange,
    resolution: Resolution,
    progress: Progress,
  ): Promise<Figures[]> {
    const level = ROLLUP_LEVELS.find((candidate) => candidate.resolution === resolution);
    if (level === undefined) return windowFigures(this.database, target, { fromMs, toMs });
    const madeUntilMs = Math.min(toMs, Math.max(fromMs, progress[level.relation].rolledUntilMs));
    const figures: Figures[] = [];
    if (fromMs < madeUntilMs) figures.push(...(await this.rolledUp(target, level, fromMs, madeUntilMs)));
    if (madeUntilMs < toMs) {
      const below = ROLLUP_LEVELS.find(({ relation }) => relation === level.source)?.resolution ?? '5m';
      figures.push(...(await this.readFigures(target, { fromMs: madeUntilMs, toMs }, below, progress)));
    }
    return gather(figures, resolution);
  }

  private async rolledUp(target: MeasuredTarget, level: RollupLevel, fromMs: number, toMs: number): Promise<Figures[]> {
    const rows = await this.database.query<RollupRow>(rollupRows(level), parametersOf(target, { fromMs, toMs }));
    return rows.map((row) => ({ startMs: row.bucket.getTime(), counters: row, histograms: [row.histogram] }));
  }
}
