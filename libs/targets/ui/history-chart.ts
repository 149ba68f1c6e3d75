import {
  faded,
  type Palette,
  timeAxis,
  type TimeSpan,
  tooltip,
  valueAxis,
  type WindowBar,
  windowBars,
} from '@icmp-mon/platform/charts';
import { clockText, dateTimeText, percentText, rttText, shownZone, zoneText } from '@icmp-mon/platform/ui-kit';
import type { HistoryPoint } from '@icmp-mon/probing/contract';
import type { EChartsCoreOption } from 'echarts/core';

type Pair = [number, number | null];

const DAY_MS = 86_400_000;
const MONTH_MS_MIN = 28 * DAY_MS;

/** Windows in which nothing was measured are left out of the answer: one without figures takes their place, so that no line crosses. */
export function withGaps(points: readonly HistoryPoint[]): HistoryPoint[] {
  return points.flatMap((point, index) => {
    const before = points[index - 1];
    const endMs = before === undefined ? Infinity : Date.parse(before.at) + before.windowMs;
    const gapMs = Date.parse(point.at) - endMs;
    return gapMs > 0 ? [emptyPoint(endMs, gapMs), point] : [point];
  });
}

function emptyPoint(startMs: number, windowMs: number): HistoryPoint {
  return {
    at: new Date(startMs).toISOString(),
    windowMs,
    sent: 0,
    lost: 0,
    notSent: 0,
    lossRatio: null,
    rttMinUs: null,
    rttAvgUs: null,
    rttP50Us: null,
    rttP95Us: null,
    rttP99Us: null,
    rttMaxUs: null,
    jitterUs: null,
  };
}

/** The round trips' spread (fastest to 95th percentile as a band, the median as a line) and the loss as a strip below. */
export function historyOption(measured: HistoryPoint[], frame: TimeSpan, colours: Palette): EChartsCoreOption {
  const points = withGaps(measured);
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
    useUTC: shownZone() === 'utc',
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
function shownSpan(point: HistoryPoint, frame: TimeSpan): { fromMs: number; toMs: number } {
  const startMs = Date.parse(point.at);
  const fromMs = Math.max(startMs, frame.fromMs);
  return { fromMs, toMs: Math.max(fromMs, Math.min(startMs + point.windowMs, frame.toMs)) };
}

/** Whether a window was answered in and its neighbours were not: a line and an area need two points to be seen. */
function isAlone(points: HistoryPoint[], index: number): boolean {
  const isDrawn = (at: number): boolean => (points[at]?.rttP50Us ?? null) !== null;
  return isDrawn(index) && !isDrawn(index - 1) && !isDrawn(index + 1);
}

function aloneSpreads(points: HistoryPoint[], frame: TimeSpan, colour: string): (WindowBar | null)[] {
  return points.map((point, index) => {
    const { rttMinUs, rttP95Us } = point;
    if (rttMinUs === null || rttP95Us === null || !isAlone(points, index)) return null;
    return { ...shownSpan(point, frame), low: rttMinUs, high: Math.max(rttMinUs, rttP95Us), colour };
  });
}

/** No loss is a low bar as well: it shows that probes were sent. */
function lossBar(point: HistoryPoint, frame: TimeSpan, colourOf: (loss: number) => string): WindowBar | null {
  const { lossRatio } = point;
  if (lossRatio === null) return null;
  return { ...shownSpan(point, frame), low: 0, high: Math.max(lossRatio, 0.06), colour: colourOf(lossRatio) };
}

/** When a window was, in the zone that is shown; days and months are those of UTC. */
export function windowText({ at, windowMs }: HistoryPoint): string {
  if (windowMs >= MONTH_MS_MIN) return `${at.slice(0, 7)} (UTC)`;
  if (windowMs === DAY_MS) return `${at.slice(0, 10)} (UTC)`;
  const to = clockText(Date.parse(at) + windowMs).slice(0, 5);
  return `${dateTimeText(at).slice(0, 16)} to ${to}`;
}

function historyTip(point: HistoryPoint | undefined): string {
  if (point === undefined) return '';
  if (point.sent + point.notSent === 0) return 'nothing was measured';
  const lines = [
    `${windowText(point)}${point.windowMs < DAY_MS ? ` ${zoneText(point.at)}` : ''}`,
    `median ${rttText(point.rttP50Us)}`,
    `fastest ${rttText(point.rttMinUs)}, 95 % within ${rttText(point.rttP95Us)}`,
    `99 % within ${rttText(point.rttP99Us)}`,
    `loss ${percentText(point.lossRatio)} (${point.lost} of ${point.sent})`,
  ];
  if (point.notSent > 0) lines.push(`not sent ${point.notSent}`);
  return lines.join('<br>');
}
