import { describe, expect, it } from 'vitest';
import { type WindowBar, windowBarRect, windowBars } from './window-bars';

/** Coordinates of a plot with 1 px per minute and 100 px per unit, measured from its top. */
const coord = ([atMs, value]: number[]): number[] => [(atMs ?? 0) / 60_000, 100 - (value ?? 0) * 100];
const bar: WindowBar = { fromMs: 600_000, toMs: 900_000, low: 0, high: 0.5, colour: 'red' };

describe('windowBars', () => {
  it('are as wide as their window, regardless of their number', () => {
    expect(windowBarRect(bar, coord)).toEqual({ x: 10, y: 50, width: 4, height: 50 });
  });

  it('are visible when their window is narrower than a pixel, or low equals high', () => {
    const rect = windowBarRect({ ...bar, toMs: 601_000, low: 0.5 }, coord);
    expect(rect.width).toBe(1);
    expect(rect.height).toBe(2);
  });

  it('draw nothing for a missing bar, and nothing outside the plot', () => {
    const series = windowBars([null, bar], {});
    expect(series.clip).toBe(true);
    expect(series.data).toEqual([
      [null, null, null],
      [750_000, 0.5, 0],
    ]);
    expect(series.renderItem({ dataIndex: 0 }, { coord })).toBeUndefined();
    expect(series.renderItem({ dataIndex: 1 }, { coord })?.style).toEqual({ fill: 'red' });
  });
});
