import { Component, computed, inject, input, output } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Chart, ChartColours } from '@icmp-mon/platform/charts';
import { RttPipe, SharePipe } from '@icmp-mon/platform/ui-kit';
import type { HistoryPoint, Resolution } from '@icmp-mon/probing/contract';
import { historyOption } from './history-chart';
import { WindowPipe } from './target-pipes';
import type { TargetResults } from './target-results';

const WINDOW_WORDS: Readonly<Record<Resolution, string>> = {
  '5m': '5-minute windows',
  '1h': '1-hour windows',
  '1d': '1-day windows',
  '1mo': '1-month windows',
};

/** The results of a target in windows, as a chart and a table. */
@Component({
  selector: 'icm-target-history',
  imports: [Chart, RouterLink, RttPipe, SharePipe, WindowPipe],
  templateUrl: './target-history.html',
  styleUrl: './target-body.scss',
})
export class TargetHistory {
  private readonly colours = inject(ChartColours);
  readonly shown = input.required<TargetResults>();
  /** Emits a span that was selected in the chart; null to return to the range. */
  readonly zoomed = output<{ fromMs: number; toMs: number } | null>();

  protected readonly points = computed(() => this.shown().history()?.items ?? []);
  protected readonly windowWords = computed(() => WINDOW_WORDS[this.shown().history()?.resolution ?? '5m']);
  protected readonly historyOption = computed(() =>
    historyOption(this.points(), this.shown().frame(), this.colours.palette()),
  );

  /** Returns the span of a window, which is then shown in shorter windows or single results. */
  protected inside(point: HistoryPoint): { from: string; to: string } {
    return { from: point.at, to: new Date(Date.parse(point.at) + point.windowMs).toISOString() };
  }
}
