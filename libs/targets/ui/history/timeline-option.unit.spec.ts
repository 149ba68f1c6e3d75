// The entry of the UI kit also exports components, which need the compiler outside a build.
import '@angular/compiler';
import type { Palette } from '@icmp-mon/platform/charts';
import type { AgentLanesPage, HistoryPoint } from '@icmp-mon/probing/contract';
import { describe, expect, it } from 'vitest';
import { drawnLanes, LANES_MAX, type Timeline } from './timeline';
import { correctionBars, laneBars, lossBars, medianBars, SMOKE, smokeBars, statusBars } from './timeline-bars';
import { timelineChart } from './timeline-option';
import { timelineTip, windowText } from './timeline-tip';

const MINUTE_MS = 60_000;
const NOON = '2026-03-01T12:00:00.000Z';
const noonMs = Date.parse(NOON);
const iso = (minutes: number): string => new Date(noonMs + minutes * MINUTE_MS).toISOString();
const palette = new Proxy({} as Palette, { get: (_, name) => (name === 'up' ? 'rgb(1, 2, 3)' : String(name)) });

const point = (more: Partial<HistoryPoint>): HistoryPoint => ({
  ...{ at: NOON, windowMs: 300_000, sent: 20, lost: 0, notSent: 0, lossRatio: 0 },
  ...{ rttMinUs: 100, rttAvgUs: 150, rttP10Us: 110, rttP25Us: 120, rttP50Us: 140, rttP75Us: 160, rttP90Us: 200 },
  ...{ rttP95Us: 300, rttP99Us: 400, rttMaxUs: 500, jitterUs: 10 },
  ...more,
});
const silent = {
  ...{ lost: 20, lossRatio: 1, rttMinUs: null, rttP10Us: null, rttP25Us: null, rttP50Us: null },
  ...{ rttP75Us: null, rttP90Us: null, rttP95Us: null, rttP99Us: null, rttMaxUs: null },
};
const lanes = (count: number): AgentLanesPage => ({
  ...{ from: iso(-5), windowMs: 5 * MINUTE_MS, windows: 2 },
  agents: Array.from({ length: count }, (_, at) => ({
    ...{ agentId: `a-${at}`, agentName: `<fra-${at}>`, sent: [20, 20], lost: [0, at], rttP50Us: [100, 100] },
  })),
});
const timeline = (more: Partial<Timeline>): Timeline => ({
  frame: { fromMs: noonMs - 60 * MINUTE_MS, toMs: noonMs + 3 * MINUTE_MS },
  ...{
    points: [point({})],
    statuses: [],
    corrections: [],
    judgedUntilMs: noonMs + 2 * MINUTE_MS,
    lanes: null,
    pathChanges: [],
  },
  ...more,
});
const minutesOf = ({ fromMs, toMs }: { fromMs: number; toMs: number }): number[] =>
  [fromMs, toMs].map((ms) => (ms - noonMs) / MINUTE_MS);

describe('windowText', () => {
  it('formats days and months in UTC, and shorter windows with start and end', () => {
    expect(windowText(point({ at: '2026-03-01T00:00:00.000Z', windowMs: 86_400_000 }))).toBe('2026-03-01 (UTC)');
    expect(windowText(point({ at: '2026-02-01T00:00:00.000Z', windowMs: 28 * 86_400_000 }))).toBe('2026-02 (UTC)');
    expect(windowText(point({}))).toMatch(/^2026-03-01 \d\d:00 to \d\d:05$/);
  });
});

describe('the smoke graph', () => {
  const { frame } = timeline({});

  it('draws a window over its own time only, up to now, and nothing where no reply came', () => {
    const bars = medianBars([point({ ...silent, at: iso(-5) }), point({})], frame, 'accent');
    expect(bars).toHaveLength(1);
    expect(minutesOf(bars[0])).toEqual([0, 3]);
    expect(bars[0]).toMatchObject({ low: 140, high: 140 });
  });

  it('draws narrower quantiles inside wider ones, darker', () => {
    const bands = SMOKE.map((band) => ({ alpha: band.alpha, ...smokeBars([point({})], frame, band, 'accent')[0] }));
    expect(bands.map(({ low, high }) => [low, high])).toEqual([
      [100, 300],
      [110, 200],
      [120, 160],
    ]);
    expect(bands.map(({ alpha }) => alpha)).toEqual(bands.map(({ alpha }) => alpha).toSorted((a, b) => a - b));
  });

  it('draws the loss of each window, and a low bar without loss', () => {
    const bars = lossBars([point({ ...silent, at: iso(-5) }), point({})], frame, palette);
    expect(bars.map(({ high, colour }) => [high, colour])).toEqual([
      [1, 'down'],
      [0.06, 'rgba(1, 2, 3, 0.35)'],
    ]);
    expect(lossBars([point({ lossRatio: null })], frame, palette)).toEqual([]);
  });
});

describe('the status band', () => {
  it('begins at the frame and ends where statuses are judged', () => {
    const bars = statusBars(
      timeline({
        statuses: [
          { from: iso(-300), to: iso(-20), status: 'up', reason: 'quorum_up' },
          { from: iso(-20), to: null, status: 'down', reason: 'quorum_down' },
        ],
      }),
      palette,
    );
    expect(bars.map((bar) => [...minutesOf(bar), bar.colour])).toEqual([
      [-60, -20, 'rgba(1, 2, 3, 0.55)'],
      [-20, 2, 'down'],
    ]);
  });
});

describe('corrections', () => {
  it('are a row of their own below what was known then, the latest revision on top, and named in the tooltip', () => {
    const cause = { reason: 'quorum_up', cause: 'late_results', madeAt: NOON } as const;
    const late = { ...cause, agentIds: [] };
    const corrected = timeline({
      statuses: [{ from: iso(-90), to: null, status: 'unknown', reason: 'no_fresh_data' }],
      corrections: [
        { ...late, from: iso(-90), to: iso(-10), status: 'down', revision: 1 },
        { ...late, from: iso(-20), to: iso(-15), status: 'up', revision: 2 },
      ],
    });
    const bars = correctionBars(corrected, palette);
    expect(bars.map((bar) => [...minutesOf(bar), bar.colour])).toEqual([
      [-60, -10, 'down'],
      [-20, -15, 'rgb(1, 2, 3)'],
    ]);
    expect(timelineChart(corrected, palette).heightPx).toBeGreaterThan(timelineChart(timeline({}), palette).heightPx);
    expect(timelineTip(corrected, noonMs - 18 * MINUTE_MS)).toContain(
      'corrected: up, by results that arrived late (revision 2)',
    );
    expect(timelineTip(corrected, noonMs - 12 * MINUTE_MS)).toContain('corrected: down');
    expect(timelineTip(corrected, noonMs - MINUTE_MS)).not.toContain('corrected');
  });
});

describe('lanes of agents', () => {
  it('have a cell for each window in which the agent measured', () => {
    const page = lanes(2);
    page.agents[0].sent[0] = 0;
    const bars = laneBars(page, page.agents, timeline({}).frame, palette);
    expect(bars.map((bar) => [...minutesOf(bar), Math.round(bar.high), bar.colour])).toEqual([
      [0, 3, 0, 'rgba(1, 2, 3, 0.35)'],
      [-5, 0, 1, 'rgba(1, 2, 3, 0.35)'],
      [0, 3, 1, 'degraded'],
    ]);
  });

  it('are those with the most losses, by name, if there are too many', () => {
    const drawn = drawnLanes(lanes(LANES_MAX + 2));
    expect(drawn).toHaveLength(LANES_MAX);
    expect(drawn[0].agentId).toBe('a-2');
  });
});

describe('the chart', () => {
  it('has one row per kind of fact, on one time axis, and is as high as its rows', () => {
    const plain = timeline({});
    const full = timeline({
      lanes: lanes(3),
      pathChanges: [
        ...[{ id: '1', targetId: 't', agentId: 'a', agentName: null, at: iso(-1), traceId: 'x', left: [], joined: [] }],
      ],
    });
    const rowsOf = (of: Timeline): number => (timelineChart(of, palette).options['xAxis'] as object[]).length;
    expect([rowsOf(plain), rowsOf(full)]).toEqual([3, 5]);
    expect(timelineChart(full, palette).heightPx - timelineChart(plain, palette).heightPx).toBe(3 * 16 + 10 + 12 + 10);
  });
});

describe('the tooltip', () => {
  it('has the status, the window and the agents with losses, with names escaped', () => {
    const shown = timeline({
      lanes: lanes(8),
      statuses: [{ from: iso(-300), to: null, status: 'degraded', reason: 'no_quorum' }],
    });
    const text = timelineTip(shown, noonMs + MINUTE_MS);
    expect(text).toContain('degraded: ');
    expect(text).toContain('loss 0 % (0 of 20)');
    expect(text).toContain('&#60;fra-7&#62; lost 7 of 20');
    expect(text).toContain('2 more agents');
    expect(text).not.toContain('<fra');
  });

  it('states that nothing was measured, or that no agent had a loss', () => {
    expect(timelineTip(timeline({ points: [] }), noonMs)).toBe('no data');
    expect(timelineTip(timeline({ lanes: lanes(1) }), noonMs)).toContain('no loss at 1 agent');
  });
});
