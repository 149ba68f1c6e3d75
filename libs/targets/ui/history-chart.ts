import {
  faded,
  type Palette,
  type TimeFrame,
  timeAxis,
  tooltip,
  valueAxis,
  type WindowBar,
  windowBars,
} from '@icmp-mon/platform/charts';
import { clockText, percentText, rttText } from '@icmp-mon/platform/ui-kit';
import type { HistoryPoint } from '@icmp-mon/probing/contract';
import type { EChartsCoreOption } from 'echarts/core';

type Pair = [number, number | null];

/** The round trips' spread (fastest to 95th percentile as a band, the median as a line) and the loss as a strip below. */
export function historyOption(points: HistoryPoint[], frame: TimeFrame, colours: Palette): EChartsCoreOption {
  const at = (point: HistoryPoint): number => {
    const { fromMs, toMs } = shownSpan(point, frame);
    return (fromMs + toMs) / 2;
  };
  const column = (read: (point: HistoryPoint) => number | null): Pair[] =>
    points.map((point) => [at(point), read(point)]);
  const lossColour = (loss: number): string =>
    loss === 0 ? faded(colours.up, 0.35) : loss < 0.5 ? colours.degraded : colours.down;
  const hidden = {
    type: 'line',
    symbol: 'none',
    silent: true,
    lineStyle: { opacity: 0 },
    stack: 'spread',
    stackStrategy: 'all',
  };
  return {
    animation: false,
    grid: [
      { left: 64, right: 16, top: 12, bottom: 72 },
      { left: 64, right: 16, height: 28, bottom: 26 },
    ],
    xAxis: [timeAxis(frame, colours, { axisLabel: { show: false } }), timeAxis(frame, colours, { gridIndex: 1 })],
    yAxis: [
      valueAxis(colours, { axisLabel: { color: colours.quiet, fontSize: 11, formatter: rttText } }),
      {
        ...valueAxis(colours, { gridIndex: 1, max: 1, splitNumber: 1, interval: 1 }),
        axisLabel: { color: colours.quiet, fontSize: 11, formatter: (loss: number) => (loss === 1 ? 'loss' : '') },
      },
    ],
    tooltip: tooltip(colours, (items: { dataIndex: number; seriesName?: string }[]) =>
      historyTip(points[items[0]?.dataIndex ?? -1]),
    ),
    axisPointer: { link: [{ xAxisIndex: 'all' }] },
    series: [
      { ...hidden, name: 'fastest', data: column((point) => point.rttMinUs) },
      { ...hidden, name: 'spread', areaStyle: { color: faded(colours.accent, 0.22) }, data: column(spreadUs) },
      {
        name: 'median',
        type: 'line',
        symbolSize: 5,
        color: colours.accent,
        lineStyle: { width: 1.6 },
        data: points.map((point, index) => ({
          value: [at(point), point.rttP50Us],
          symbol: isAlone(points, index) ? 'circle' : 'none',
        })),
      },
      windowBars(aloneSpreads(points, frame, faded(colours.accent, 0.22)), { name: 'spread alone', silent: true }),
      windowBars(
        points.map((point) => lossBar(point, frame, lossColour)),
        { name: 'loss', xAxisIndex: 1, yAxisIndex: 1 },
      ),
    ],
  };
}

/** How far the 95th percentile is above the fastest round trip, in microseconds. */
export function spreadUs(point: HistoryPoint): number | null {
  if (point.rttP95Us === null || point.rttMinUs === null) return null;
  return Math.max(0, point.rttP95Us - point.rttMinUs);
}

/** The part of a window that the plot has room for: the last one is not over yet, the first began before. */
function shownSpan(point: HistoryPoint, frame: TimeFrame): { fromMs: number; toMs: number } {
  const startMs = Date.parse(point.at);
  const fromMs = Math.max(startMs, frame.fromMs);
  return { fromMs, toMs: Math.max(fromMs, Math.min(startMs + point.windowMs, frame.toMs)) };
}

/** Whether a window was answered in and its neighbours were not: a line and an area need two points to be seen. */
function isAlone(points: HistoryPoint[], index: number): boolean {
  const isDrawn = (at: number): boolean => (points[at]?.rttP50Us ?? null) !== null;
  return isDrawn(index) && !isDrawn(index - 1) && !isDrawn(index + 1);
}

function aloneSpreads(points: HistoryPoint[], frame: TimeFrame, colour: string): (WindowBar | null)[] {
  return points.map((point, index) => {
    const { rttMinUs, rttP95Us } = point;
    if (rttMinUs === null || rttP95Us === null || !isAlone(points, index)) return null;
    return { ...shownSpan(point, frame), low: rttMinUs, high: Math.max(rttMinUs, rttP95Us), colour };
  });
}

/** No loss is a low bar as well: it tells that probes were sent. */
function lossBar(point: HistoryPoint, frame: TimeFrame, colourOf: (loss: number) => string): WindowBar | null {
  const { lossRatio } = point;
  if (lossRatio === null) return null;
  return { ...shownSpan(point, frame), low: 0, high: Math.max(lossRatio, 0.06), colour: colourOf(lossRatio) };
}

function historyTip(point: HistoryPoint | undefined): string {
  if (point === undefined) return '';
  const from = clockText(point.at).slice(0, 5);
  const to = clockText(Date.parse(point.at) + point.windowMs).slice(0, 5);
  const lines = [
    `${from} to ${to}`,
    `median ${rttText(point.rttP50Us)}`,
    `fastest ${rttText(point.rttMinUs)}, 95 % within ${rttText(point.rttP95Us)}`,
    `loss ${percentText(point.lossRatio)} (${point.lost} of ${point.sent})`,
  ];
  if (point.notSent > 0) lines.push(`not sent ${point.notSent}`);
  return lines.join('<br>');
}
