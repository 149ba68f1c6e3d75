import {
  faded,
  type Palette,
  timeAxis,
  tooltip,
  valueAxis,
  type WindowBar,
  windowBars,
} from '@icmp-mon/platform/charts';
import { rttText, shownZone } from '@icmp-mon/platform/ui-kit';
import type { EChartsCoreOption } from 'echarts/core';
import { drawnLanes, type Timeline } from './timeline';
import { correctionBars, laneBars, lossBars, medianBars, SMOKE, smokeBars, statusBars } from './timeline-bars';
import { timelineTip } from './timeline-tip';

const TOP_PX = 8;
const GAP_PX = 10;
/** Labels of the time axis. */
const BOTTOM_PX = 26;
const STATUS_PX = 12;
const PATH_PX = 12;
const RTT_PX = 180;
const LOSS_PX = 28;
const LANE_PX = 16;
const NAME_LENGTH_MAX = 10;

/** One row of the chart: a plot of its own on the common time axis. */
interface Row {
  heightPx: number;
  yAxis: Record<string, unknown>;
  series: { name: string; bars: WindowBar[] }[];
  /** Times in ms since 1970 that are marked in the row. */
  marks?: number[];
}

/**
 * Returns the options of the chart of a target's history, and its height in pixels. All rows have the same time axis:
 *
 *     status ████████████▓▓▓▓▓████████     statuses as known then
 *     corrected          ████              where late results show another status, if there are any
 *     path         ◆                       changes of paths, if there are any
 *     20 ms  ░░▒▒▓▓██▓▓▒▒░░                distribution of round-trip times, shaded
 *     loss   ▁▁▁▁▁▂▁▁▁█                    share of lost probes
 *     fra-1  ■■■■■■■■■■■■■■■               loss by agent
 */
export function timelineChart(timeline: Timeline, colours: Palette): { options: EChartsCoreOption; heightPx: number } {
  const rows = rowsOf(timeline, colours);
  let topPx = TOP_PX;
  const grids = rows.map(({ heightPx }) => {
    const grid = { left: 72, right: 16, top: topPx, height: heightPx };
    topPx += heightPx + GAP_PX;
    return grid;
  });
  const options = {
    animation: false,
    useUTC: shownZone() === 'utc',
    grid: grids,
    xAxis: rows.map((_, gridIndex) =>
      timeAxis(
        timeline.frame,
        colours,
        gridIndex < rows.length - 1 ? { gridIndex, axisLabel: { show: false } } : { gridIndex },
      ),
    ),
    yAxis: rows.map(({ yAxis }, gridIndex) => ({ ...valueAxis(colours), ...yAxis, gridIndex })),
    tooltip: tooltip(colours, (items: { axisValue?: number | string }[]) =>
      timelineTip(timeline, Number(items[0]?.axisValue)),
    ),
    axisPointer: { link: [{ xAxisIndex: 'all' }] },
    series: rows.flatMap(({ series, marks }, at) => [
      ...series.map(({ name, bars }) => windowBars(bars, { name, xAxisIndex: at, yAxisIndex: at })),
      ...(marks === undefined ? [] : [diamonds(marks, at, colours)]),
    ]),
  };
  return { options, heightPx: topPx - GAP_PX + BOTTOM_PX };
}

function rowsOf(timeline: Timeline, colours: Palette): Row[] {
  const { points, frame, lanes: page, pathChanges } = timeline;
  const lanes = drawnLanes(page);
  const label = { color: colours.quiet, fontSize: 11 };
  // Padding above moves a label from the upper edge of its row to the middle.
  const named = (name: string, heightPx: number): Record<string, unknown> => ({
    ...{ min: 0, max: 1, splitNumber: 1, interval: 1, splitLine: { show: false } },
    axisLabel: {
      ...label,
      padding: [heightPx, 0, 0, 0],
      formatter: (value: number) => (value === 1 ? name : ''),
    },
  });
  const rtt: Row = {
    heightPx: RTT_PX,
    yAxis: { axisLabel: { ...label, formatter: rttText } },
    series: [
      ...SMOKE.map((band) => ({
        name: band.text,
        bars: smokeBars(points, frame, band, faded(colours.accent, band.alpha)),
      })),
      { name: 'median', bars: medianBars(points, frame, colours.accent) },
    ],
  };
  const marks = pathChanges.map(({ at }) => Date.parse(at));
  return [
    {
      heightPx: STATUS_PX,
      yAxis: named('status', STATUS_PX),
      series: [{ name: 'status', bars: statusBars(timeline, colours) }],
    },
    ...(timeline.corrections.length === 0
      ? []
      : [
          {
            heightPx: STATUS_PX,
            yAxis: named('corrected', STATUS_PX),
            series: [{ name: 'corrected', bars: correctionBars(timeline, colours) }],
          },
        ]),
    ...(marks.length === 0 ? [] : [{ heightPx: PATH_PX, yAxis: named('path', PATH_PX), series: [], marks }]),
    rtt,
    {
      heightPx: LOSS_PX,
      yAxis: named('loss', LOSS_PX),
      series: [{ name: 'loss', bars: lossBars(points, frame, colours) }],
    },
    ...(page === null || lanes.length === 0
      ? []
      : [
          {
            heightPx: lanes.length * LANE_PX,
            yAxis: {
              ...{ min: 0, max: lanes.length, interval: 1, inverse: true, splitLine: { show: false } },
              axisLabel: {
                ...label,
                padding: [LANE_PX, 0, 0, 0],
                formatter: (lane: number) => shortName(lanes[lane]?.agentName ?? ''),
              },
            },
            series: [{ name: 'agents', bars: laneBars(page, lanes, frame, colours) }],
          },
        ]),
  ];
}

function diamonds(marks: readonly number[], row: number, colours: Palette): object {
  return {
    ...{ name: 'path', type: 'scatter', xAxisIndex: row, yAxisIndex: row, symbol: 'diamond', symbolSize: 10 },
    color: colours.accent,
    data: marks.map((atMs) => [atMs, 0.5]),
  };
}

function shortName(name: string): string {
  return name.length <= NAME_LENGTH_MAX ? name : `${name.slice(0, NAME_LENGTH_MAX - 1)}…`;
}
