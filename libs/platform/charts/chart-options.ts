import type { EChartsCoreOption } from 'echarts/core';
import type { Palette } from './palette';
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

export interface TimeFrame {
  fromMs: number;
  toMs: number;
}

/** A day's first tick says which day begins. */
const DATE_TEXTS = { year: '{d} {MMM} {yyyy}', month: '{d} {MMM}', day: '{d} {MMM}' };

/** A time axis and its look, shared by all charts. */
export function timeAxis(frame: TimeFrame, colours: Palette, more: Record<string, unknown> = {}): object {
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
  frame: TimeFrame,
  colours: Palette,
  valueText: (value: number) => string,
  scale: ValueScale,
): EChartsCoreOption {
  const hues = lineHues(colours);
  const values = series.flatMap((line) => line.points.map(([, value]) => value ?? 0));
  const { digits, ...ticks } = ticksOf(Math.min(0, ...values), Math.max(0, ...values), scale);
  return {
    animation: false,
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
