// The entry of the UI kit also exports components, which need the compiler outside a build.
import '@angular/compiler';
import { time } from 'echarts';
import { describe, expect, it } from 'vitest';
import { linesOption, peakBeyond, timeAxis } from './chart-options';
import type { Palette } from './palette';
import { MEMORY_SCALE, scaleOf } from './value-scale';

const palette = new Proxy({} as Palette, { get: () => 'rgb(1, 2, 3)' });
const frame = { fromMs: 0, toMs: 60_000 };

describe('timeAxis', () => {
  it('formats midnight as a date, never as a bare number', () => {
    const { axisLabel } = timeAxis(frame, palette) as { axisLabel: { formatter: Record<string, string> } };
    const midnight = new Date(2026, 10, 23);
    const text = (unit: string): string => time.format(midnight, axisLabel.formatter[unit] ?? '', false);
    expect(text('day')).toBe('23 Nov');
    expect(text('month')).toBe('23 Nov');
    expect(text('year')).toBe('23 Nov 2026');
  });
});

describe('linesOption', () => {
  it('has axis steps that fit the unit', () => {
    const axis = (values: number[], scale = scaleOf('s', 1)): unknown =>
      linesOption(
        [{ name: 'a', points: values.map((value, at) => [at, value]) }],
        frame,
        palette,
        (value) => String(value),
        scale,
      )['yAxis'];
    expect(axis([0, 0])).toMatchObject({ min: 0, max: 1, interval: 1 });
    expect(axis([-3, 4])).toMatchObject({ min: -5, max: 5, interval: 5 });
    expect(axis([50 * 2 ** 20], MEMORY_SCALE)).toMatchObject({ min: 0, max: 64 * 2 ** 20, interval: 32 * 2 ** 20 });
  });

  it('is not flattened by a short peak, and returns the peak', () => {
    const values = [900, ...Array.from({ length: 99 }, (_, index) => 2 + (index % 3))];
    const series = [{ name: 'a', points: values.map((value, at): [number, number] => [at, value]) }];
    expect(linesOption(series, frame, palette, String, scaleOf('', 1))['yAxis']).toMatchObject({ max: 4 });
    expect(peakBeyond(series)).toBe(900);
    const below = [{ name: 'a', points: values.map((value, at): [number, number] => [at, -value]) }];
    expect(linesOption(below, frame, palette, String, scaleOf('', 1))['yAxis']).toMatchObject({ min: -4 });
    expect(peakBeyond(below)).toBe(-900);
    const now = [{ name: 'a', points: values.toReversed().map((value, at): [number, number] => [at, value]) }];
    expect(peakBeyond(now)).toBeNull();
    const few = [{ name: 'a', points: series[0]?.points.slice(0, 20) ?? [] }];
    expect(peakBeyond(few)).toBeNull();
    const risen = [{ name: 'a', points: values.map((_, at): [number, number] => [at, at < 50 ? 1 : 100]) }];
    expect(peakBeyond(risen)).toBeNull();
  });
});
