export { Chart } from './chart';
export { lineHues, lineLook, linesOption, peakBeyond, timeAxis, tooltip, valueAxis } from './chart-options';
export { ChartColours, faded, type Palette } from './palette';
export { RangeChoice } from './range-choice';
export { LONG_TIME_RANGES, rangeMs, readSpan, readTimeRange, type TimeSpan } from './time-range';
export { MEMORY_SCALE, scaleOf, type ValueScale } from './value-scale';
export { type WindowBar, windowBars } from './window-bars';
