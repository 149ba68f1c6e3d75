import { Component, computed, effect, input, output, signal, untracked } from '@angular/core';
import type { ECharts, EChartsCoreOption } from 'echarts/core';
import { NgxEchartsDirective, provideEchartsCore } from 'ngx-echarts';
import { type DraggedOver, listenToDrags } from './time-drag';
import { zoomSpan } from './time-range';

/**
 * A chart as wide as its container. `label` describes it to screen readers; a table with the same data belongs next to it. A chart
 * that is zoomed by dragging needs another control for the same spans.
 */
@Component({
  selector: 'icm-chart',
  imports: [NgxEchartsDirective],
  providers: [provideEchartsCore({ echarts: () => import('./echarts-parts') })],
  template: `
    <div
      echarts
      role="img"
      [attr.aria-label]="label()"
      [options]="first()"
      [initOpts]="{ renderer: 'canvas' }"
      [style.height.px]="heightPx()"
      (chartInit)="listenToChart($event)"
    ></div>
    @if (dragged(); as over) {
      <div class="dragged" [style.left.px]="over.leftPx" [style.width.px]="over.widthPx"></div>
    }
  `,
  styles: `
    :host {
      display: block;
      position: relative;
      min-width: 0;
      padding: 4px 0;
    }

    .dragged {
      position: absolute;
      top: 12px;
      bottom: 30px;
      background: color-mix(in srgb, var(--icm-accent) 18%, transparent);
      border-inline: 1px solid var(--icm-accent);
      pointer-events: none;
    }
  `,
})
export class Chart {
  readonly options = input.required<EChartsCoreOption>();
  readonly label = input.required<string>();
  readonly heightPx = input(200);
  readonly zoomable = input(false);
  /** Emits a span of the time axis that was selected by dragging. */
  readonly zoomed = output<{ fromMs: number; toMs: number }>();
  /** Emits when the plot was double-clicked. */
  readonly zoomedOut = output();
  protected readonly dragged = signal<DraggedOver | null>(null);
  private readonly chart = signal<ECharts | null>(null);
  /** Initial options. The directive would replace the whole chart, with an open tooltip, on every change, so later options are set here. */
  protected readonly first = computed(() => untracked(this.options));

  constructor() {
    effect(() => this.chart()?.setOption(this.options(), { replaceMerge: ['grid', 'series', 'xAxis', 'yAxis'] }));
  }

  protected listenToChart(chart: ECharts): void {
    this.chart.set(chart);
    if (!this.zoomable()) return;
    listenToDrags(chart, {
      dragged: (over) => this.dragged.set(over),
      zoomed: (oneMs, otherMs) => this.zoomed.emit(zoomSpan(oneMs, otherMs)),
      zoomedOut: () => this.zoomedOut.emit(),
    });
  }
}
