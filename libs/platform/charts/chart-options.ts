import { shownZone } from '@icmp-mon/platform/ui-kit';
import type { EChartsCoreOption } from 'echarts/core';
import type { Palette } from './palette';
import type { TimeSpan } from './time-range';
import { ticksOf, type ValueScale } from './value-scale';

/** One line over time; points are [epoch ms, value], null breaks the line. */
export interface LineSeries {
  name: string;
  points: [number, number | null][];
}

/** Hues of a chart's lines, in order. */
export function lineHues(colours: Palette): string[] {
  return [colours.accent, colours.degraded, colours.maintenance, colours.up];
}

/** The look of the lines of a chart with more lines than hues: the hues again, dashed. */
export function lineLook(index: number, colours: Palette): { colour: string; isDashed: boolean } {
  const hues = lineHues(colours);
  return { colour: hues[index % hues.length] ?? colours.accent, isDashed: index % (2 * hues.length) >= hues.length };
}

/** A day's first tick says which day begins. */
const DATE_TEXTS = { year: '{d} {MMM} {yyyy}', month: '{d} {MMM}', day: '{d} {MMM}' };

/** A time axis and its look, shared by all charts. */
export function timeAxis(frame: TimeSpan, colours: Palette, more: Record<string, unknown> = {}): object {
  return {
    type: 'time',
    min: frame.fromMs,
    max: frame.toMs,
    axisLine: { lineStyle: { color: colours.line } },
    axisTick: { show: false },
    axisLabel: { color: colours.quiet, hideOverlap: true, fontSize: 11, formatter: DATE_TEXTS },
    splitLine: { show: false },
    ...more,
  };
}

export function valueAxis(colours: Palette, more: Record<string, unknown> = {}): object {
  return {
    type: 'value',
    min: 0,
    splitNumber: 3,
    axisLabel: { color: colours.quiet, fontSize: 11 },
    splitLine: { lineStyle: { color: colours.line } },
    ...more,
  };
}

export function tooltip(colours: Palette, formatter: unknown): object {
  return {
    trigger: 'axis',
    confine: true,
    transitionDuration: 0,
    backgroundColor: colours.surface,
    borderColor: colours.line,
    textStyle: { color: colours.text, fontSize: 12 },
    axisPointer: { type: 'line', lineStyle: { color: colours.quiet, type: 'solid' } },
    formatter,
  };
}

/** Lines over time with one unit: the axis written by its scale, the tooltip by `valueText`. */
export function linesOption(
  series: LineSeries[],
  frame: TimeSpan,
  colours: Palette,
  valueText: (value: number) => string,
  scale: ValueScale,
): EChartsCoreOption {
  const hues = lineHues(colours);
  const { digits, ...ticks } = ticksOf(Math.min(0, usualBottom(series)), Math.max(0, usualTop(series)), scale);
  return {
    animation: false,
    useUTC: shownZone() === 'utc',
    grid: { left: 64, right: 16, top: 12, bottom: 24 },
    xAxis: timeAxis(frame, colours),
    yAxis: valueAxis(colours, {
      ...ticks,
      axisLabel: { color: colours.quiet, fontSize: 11, formatter: (value: number) => scale.axisText(value, digits) },
    }),
    tooltip: {
      ...tooltip(colours, undefined),
      valueFormatter: (value: unknown) => (typeof value === 'number' ? valueText(value) : '–'),
    },
    series: series.map((line, index) => ({
      name: line.name,
      type: 'line',
      showSymbol: false,
      connectNulls: false,
      data: line.points,
      color: hues[index % hues.length],
      lineStyle: { width: 1.5, type: index === 0 ? 'solid' : [4, 3] },
    })),
  };
}

/** Of that share of the values the highest sets the top of the axis, if the rest is far above. */
const USUAL_SHARE = 0.97;
const PEAK_FACTOR = 4;
/** With fewer values a peak cannot be told from the rest. */
const USUAL_VALUES_MIN = 30;

/** The highest or lowest value if it is so far from the usual ones that the axis does not reach it; otherwise null. */
export function peakBeyond(series: readonly LineSeries[]): number | null {
  const values = valuesOf(series);
  const [lowest, highest] = [Math.min(0, ...values), Math.max(0, ...values)];
  if (highest > Math.max(0, usualTop(series))) return highest;
  return lowest < Math.min(0, usualBottom(series)) ? lowest : null;
}

function usualBottom(series: readonly LineSeries[]): number {
  return -usualTop(series, -1);
}

/**
 * The highest value, or that of the usual ones where a short peak (the start of a process) would flatten them. The newest value of each
 * line counts as usual: what rises now is no peak of the past. `sign` -1: of the values below zero.
 */
function usualTop(series: readonly LineSeries[], sign: 1 | -1 = 1): number {
  const sorted = valuesOf(series)
    .map((value) => sign * value)
    .sort((a, b) => a - b);
  const newest = series.flatMap(({ points }) => points.findLast(([, value]) => value !== null)?.[1] ?? []);
  const highest = sorted.at(-1) ?? 0;
  const usual = sorted[Math.floor((sorted.length - 1) * USUAL_SHARE)] ?? 0;
  return sorted.length >= USUAL_VALUES_MIN && usual > 0 && highest > usual * PEAK_FACTOR
    ? Math.max(usual, ...newest.map((value) => sign * value))
    : highest;
}

function valuesOf(series: readonly LineSeries[]): number[] {
  return series.flatMap(({ points }) => points.flatMap(([, value]) => (value === null ? [] : [value])));
}
