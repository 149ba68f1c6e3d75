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

/** Inserts an empty window for each gap: the response omits windows without results, and no line must cross them. */
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

/** Returns the options of the history chart: a band from the minimum to the 95th percentile, the median as a line, and the loss as a strip below. */
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
      { ...hidden, name: 'minimum', data: column((point) => point.rttMinUs) },
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

/** Returns the distance of the 95th percentile from the minimum, in microseconds. */
export function spreadUs(point: HistoryPoint): number | null {
  if (point.rttP95Us === null || point.rttMinUs === null) return null;
  return Math.max(0, point.rttP95Us - point.rttMinUs);
}

/** Returns the part of a window that is inside the plot: the last one may not be over yet, the first may have begun earlier. */
function shownSpan(point: HistoryPoint, frame: TimeSpan): { fromMs: number; toMs: number } {
  const startMs = Date.parse(point.at);
  const fromMs = Math.max(startMs, frame.fromMs);
  return { fromMs, toMs: Math.max(fromMs, Math.min(startMs + point.windowMs, frame.toMs)) };
}

/** Returns whether a window has replies and its neighbours have none: a line or an area needs two points to be visible. */
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

/** Returns the loss bar of a window, null if nothing was sent. Without loss it is a low bar, which shows that probes were sent. */
function lossBar(point: HistoryPoint, frame: TimeSpan, colourOf: (loss: number) => string): WindowBar | null {
  const { lossRatio } = point;
  if (lossRatio === null) return null;
  return { ...shownSpan(point, frame), low: 0, high: Math.max(lossRatio, 0.06), colour: colourOf(lossRatio) };
}

/** Formats the time of a window in the chosen zone; days and months are in UTC. */
export function windowText({ at, windowMs }: HistoryPoint): string {
  if (windowMs >= MONTH_MS_MIN) return `${at.slice(0, 7)} (UTC)`;
  if (windowMs === DAY_MS) return `${at.slice(0, 10)} (UTC)`;
  const to = clockText(Date.parse(at) + windowMs).slice(0, 5);
  return `${dateTimeText(at).slice(0, 16)} to ${to}`;
}

function historyTip(point: HistoryPoint | undefined): string {
  if (point === undefined) return '';
  if (point.sent + point.notSent === 0) return 'no data';
  const lines = [
    `${windowText(point)}${point.windowMs < DAY_MS ? ` ${zoneText(point.at)}` : ''}`,
    `median ${rttText(point.rttP50Us)}`,
    `min ${rttText(point.rttMinUs)}, p95 ${rttText(point.rttP95Us)}`,
    `p99 ${rttText(point.rttP99Us)}`,
    `loss ${percentText(point.lossRatio)} (${point.lost} of ${point.sent})`,
  ];
  if (point.notSent > 0) lines.push(`not sent ${point.notSent}`);
  return lines.join('<br>');
}
