import { shownZone } from '@icmp-mon/platform/ui-kit';
import type { EChartsCoreOption } from 'echarts/core';
import type { Palette } from './palette';
import type { TimeSpan } from './time-range';
import { ticksOf, type ValueScale } from './value-scale';

/** One line over time; points are [ms since 1970, value], and null breaks the line. */
export interface LineSeries {
  name: string;
  points: [number, number | null][];
}

/** Returns the hues of a chart's lines, in order. */
export function lineHues(colours: Palette): string[] {
  return [colours.accent, colours.degraded, colours.maintenance, colours.up];
}

/** Returns colour and dash of a line; lines beyond the number of hues repeat the hues, dashed. */
export function lineLook(index: number, colours: Palette): { colour: string; isDashed: boolean } {
  const hues = lineHues(colours);
  return { colour: hues[index % hues.length] ?? colours.accent, isDashed: index % (2 * hues.length) >= hues.length };
}

/** Tick formats: the first tick of a day is its date. */
const DATE_TEXTS = { year: '{d} {MMM} {yyyy}', month: '{d} {MMM}', day: '{d} {MMM}' };

/** Returns the ECharts options of a time axis, shared by all charts. */
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

/** Returns the options of lines over time with one unit: `scale` formats the axis, `valueText` the tooltip. */
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

/** Outlier rule: if the highest value exceeds `PEAK_FACTOR` times this quantile of the values, the axis ends at the quantile. */
const USUAL_SHARE = 0.97;
const PEAK_FACTOR = 4;
/** With fewer values than this, a peak cannot be distinguished from the rest. */
const USUAL_VALUES_MIN = 30;

/** Returns the highest or lowest value if it is outside the axis, otherwise null. */
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
 * Returns the highest value, or the quantile if a short peak (such as the start of a process) would flatten the other values. The
 * newest value of each line is never treated as a peak: it may be the start of a rise. `sign` -1: the same for values below zero.
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
