// The entry of the UI kit also exports components, which need the compiler outside a build.
import '@angular/compiler';
import type { Palette } from '@icmp-mon/platform/charts';
import type { HistoryPoint } from '@icmp-mon/probing/contract';
import { describe, expect, it } from 'vitest';
import { historyOption, spreadUs, windowText, withGaps } from './history-chart';

const point = (more: Partial<HistoryPoint>): HistoryPoint => ({
  at: '2026-03-01T12:00:00.000Z',
  windowMs: 300_000,
  sent: 20,
  lost: 0,
  notSent: 0,
  lossRatio: 0,
  rttMinUs: 100,
  rttAvgUs: 150,
  rttP50Us: 140,
  rttP95Us: 300,
  rttP99Us: 400,
  rttMaxUs: 500,
  jitterUs: 10,
  ...more,
});

describe('spreadUs', () => {
  it('is the height of the band above the minimum', () => {
    expect(spreadUs(point({}))).toBe(200);
    expect(spreadUs(point({ rttP95Us: 99 }))).toBe(0);
  });

  it('is null without replies', () => {
    expect(spreadUs(point({ rttMinUs: null, rttP95Us: null }))).toBeNull();
  });
});

describe('withGaps', () => {
  it('inserts an empty window for a gap only', () => {
    const later = point({ at: '2026-03-01T13:00:00.000Z' });
    expect(withGaps([point({}), point({ at: '2026-03-01T12:05:00.000Z' })])).toHaveLength(2);
    expect(withGaps([point({}), later])[1]).toMatchObject({
      at: '2026-03-01T12:05:00.000Z',
      windowMs: 55 * 60_000,
      sent: 0,
      rttP50Us: null,
      lossRatio: null,
    });
    expect(withGaps([])).toEqual([]);
  });
});

describe('windowText', () => {
  it('formats days and months in UTC, and shorter windows with start and end', () => {
    expect(windowText(point({ at: '2026-03-01T00:00:00.000Z', windowMs: 86_400_000 }))).toBe('2026-03-01 (UTC)');
    expect(windowText(point({ at: '2026-02-01T00:00:00.000Z', windowMs: 28 * 86_400_000 }))).toBe('2026-02 (UTC)');
    expect(windowText(point({}))).toMatch(/^2026-03-01 \d\d:00 to \d\d:05$/);
  });
});

describe('historyOption', () => {
  const MINUTE_MS = 60_000;
  const noonMs = Date.parse('2026-03-01T12:00:00.000Z');
  const frame = { fromMs: noonMs - 6 * 60 * MINUTE_MS, toMs: noonMs + 3 * MINUTE_MS };
  const palette = new Proxy({} as Palette, { get: () => 'rgb(1, 2, 3)' });
  const before = point({ at: new Date(noonMs - 5 * MINUTE_MS).toISOString() });
  const silent = { lossRatio: 1, rttMinUs: null, rttP50Us: null, rttP95Us: null };

  interface Series {
    name: string;
    data: unknown[];
    renderItem: (item: { dataIndex: number }, api: object) => { shape: object } | undefined;
  }
  const seriesOf = (points: HistoryPoint[], name: string): Series => {
    const series = historyOption(points, frame, palette)['series'] as Series[];
    return series.find((one) => one.name === name) as Series;
  };
  /** Coordinates of a plot with 1 px per minute from noon, and 1 px per unit. */
  const coord = ([atMs = 0, value = 0]: number[]): number[] => [(atMs - noonMs) / MINUTE_MS, -value];
  const drawn = (points: HistoryPoint[], name: string): (object | undefined)[] =>
    points.map((_, dataIndex) => seriesOf(points, name).renderItem({ dataIndex }, { coord })?.shape);

  it('draws the loss of a window over that window only, up to now', () => {
    expect(drawn([before, point({})], 'loss')).toMatchObject([
      { x: -5, width: 4 },
      { x: 0, width: 2 },
    ]);
  });

  it('draws a window that is not over yet within the plot', () => {
    expect(seriesOf([point({})], 'median').data).toMatchObject([{ value: [noonMs + 1.5 * MINUTE_MS, 140] }]);
  });

  it('marks median and band of a window without neighbours, which a line would not show', () => {
    const points = [before, point({})];
    expect(seriesOf([point({})], 'median').data).toMatchObject([{ symbol: 'circle' }]);
    expect(drawn([point({})], 'spread alone')).toMatchObject([{ x: 0, y: -300, height: 200 }]);
    expect(seriesOf(points, 'median').data).toMatchObject([{ symbol: 'none' }, { symbol: 'none' }]);
    expect(drawn(points, 'spread alone')).toEqual([undefined, undefined]);
    const between = [point({ ...silent, at: before.at }), point({})];
    expect(drawn(between, 'spread alone')).toMatchObject([undefined, { x: 0 }]);
  });
});
