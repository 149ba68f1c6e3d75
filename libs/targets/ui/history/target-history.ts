import { Component, computed, inject, input, output } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Chart, ChartColours } from '@icmp-mon/platform/charts';
import { CountPipe, DateTimePipe, DurationPipe, RttPipe, SharePipe } from '@icmp-mon/platform/ui-kit';
import type { HistoryPoint, Resolution } from '@icmp-mon/probing/contract';
import { ReasonPipe, StatusGlyph } from '@icmp-mon/status/look';
import { WindowPipe } from '../target-pipes';
import type { TargetResults } from '../target-results';
import { drawnLanes, lossOf, spanOfStatus, sumOf } from './timeline';
import { SMOKE } from './timeline-bars';
import { timelineChart } from './timeline-option';

const WINDOW_WORDS: Readonly<Record<Resolution, string>> = {
  '5m': '5-minute windows',
  '1h': '1-hour windows',
  '1d': '1-day windows',
  '1mo': '1-month windows',
};
/** Most statuses in the table, newest first. */
const STATUSES_MAX = 200;

/** The history of a target on one time axis: statuses, changes of paths, round-trip times, loss and agents; and the same as tables. */
@Component({
  selector: 'icm-target-history',
  imports: [
    ...[Chart, CountPipe, DateTimePipe, DurationPipe, ReasonPipe, RouterLink, RttPipe, SharePipe, StatusGlyph],
    WindowPipe,
  ],
  templateUrl: './target-history.html',
  styleUrl: '../target-body.scss',
})
export class TargetHistory {
  private readonly colours = inject(ChartColours);
  readonly shown = input.required<TargetResults>();
  /** Emits a span that was selected in the chart; null to return to the range. */
  readonly zoomed = output<{ fromMs: number; toMs: number } | null>();

  protected readonly smoke = SMOKE;
  private readonly timeline = computed(() => this.shown().timeline());
  protected readonly points = computed(() => this.timeline().points);
  protected readonly windowWords = computed(() => WINDOW_WORDS[this.shown().history()?.resolution ?? '5m']);
  protected readonly chart = computed(() => timelineChart(this.timeline(), this.colours.palette()));
  /** Newest first. */
  protected readonly statuses = computed(() => {
    const { statuses, judgedUntilMs } = this.timeline();
    return statuses
      .slice(-STATUSES_MAX)
      .reverse()
      .map((interval) => {
        const { fromMs, toMs } = spanOfStatus(interval, judgedUntilMs);
        return { ...interval, fromMs, lengthMs: toMs - fromMs };
      });
  });
  /** Newest revision first. */
  protected readonly corrections = computed(() =>
    this.timeline()
      .corrections.slice(-STATUSES_MAX)
      .reverse()
      .map((correction) => ({ ...correction, lengthMs: Date.parse(correction.to) - Date.parse(correction.from) })),
  );
  protected readonly lanes = computed(() =>
    (this.timeline().lanes?.agents ?? []).map((lane) => ({
      ...lane,
      total: sumOf(lane.sent),
      totalLost: sumOf(lane.lost),
      lossRatio: lossOf(lane),
    })),
  );
  protected readonly lanesNotDrawn = computed(() => this.lanes().length - drawnLanes(this.timeline().lanes).length);

  /** Returns the span of a window, which is then shown in shorter windows or single results. */
  protected inside(point: HistoryPoint): { from: string; to: string } {
    return { from: point.at, to: new Date(Date.parse(point.at) + point.windowMs).toISOString() };
  }
}
