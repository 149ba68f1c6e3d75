import { Component, input } from '@angular/core';
import type { EChartsCoreOption } from 'echarts/core';
import { NgxEchartsDirective, provideEchartsCore } from 'ngx-echarts';

/** A chart over the whole width of its box. `label` says what it shows; a table with the same data belongs beside it. */
@Component({
  selector: 'icm-chart',
  imports: [NgxEchartsDirective],
  providers: [provideEchartsCore({ echarts: () => import('./echarts-parts') })],
  template: `
    <div
      echarts
      role="img"
      [attr.aria-label]="label()"
      [options]="options()"
      [initOpts]="{ renderer: 'canvas' }"
      [style.height.px]="heightPx()"
    ></div>
  `,
  styles: ':host { display: block; min-width: 0; padding: 4px 0; }',
})
export class Chart {
  readonly options = input.required<EChartsCoreOption>();
  readonly label = input.required<string>();
  readonly heightPx = input(200);
}
