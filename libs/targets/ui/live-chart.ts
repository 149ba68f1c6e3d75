import { lineLook, type Palette, timeAxis, type TimeSpan, tooltip, valueAxis } from '@icmp-mon/platform/charts';
import { clockText, rttText, shownZone, zoneText } from '@icmp-mon/platform/ui-kit';
import type { ProbeResult } from '@icmp-mon/probing/contract';
import type { EChartsCoreOption } from 'echarts/core';
import { isLoss, outcomeText } from './live-results';

/** Most agents that are drawn: each hue solid and dashed. */
const AGENTS_MAX = 8;
/** From this many results on, points are not drawn, because they would cover the lines. */
const SYMBOLS_MAX = 400;
const TIP_LINES_MAX = 10;
/** A gap longer than this breaks the line, ms: nothing is known about the time between. */
const GAP_MS = 60_000;
/** A ring as a path: the library fills its own empty circle with white, even on a dark background. */
const RING = 'path://M0,-10A10,10,0,1,0,0,10A10,10,0,1,0,0,-10ZM0,-5A5,5,0,1,1,0,5A5,5,0,1,1,0,-5Z';

/** An agent's line in the chart. */
export interface AgentLine {
  name: string;
  colour: string;
  isDashed: boolean;
}

/** Returns the agents that the chart draws, by name; an agent keeps its look while the set of agents is the same. */
export function agentLines(results: readonly ProbeResult[], colours: Palette): AgentLine[] {
  const names = [...new Set(results.map((result) => result.agentName))].sort((a, b) => a.localeCompare(b));
  return names.slice(0, AGENTS_MAX).map((name, index) => ({ name, ...lineLook(index, colours) }));
}

/** Returns the options of the chart of single results: round-trip times by agent, losses and unsent probes marked below. `results` are newest first. */
export function liveOption(results: readonly ProbeResult[], frame: TimeSpan, colours: Palette): EChartsCoreOption {
  const oldestFirst = [...results].reverse();
  const lossText = { text: 'lost', color: colours.down, symbol: 'rect' };
  const unsentText = { text: 'not sent', color: colours.unknown, symbol: RING };
  return {
    animation: false,
    useUTC: shownZone() === 'utc',
    grid: [
      { left: 64, right: 16, top: 12, bottom: 48 },
      { left: 64, right: 16, height: 14, bottom: 26 },
    ],
    xAxis: [
      timeAxis(frame, colours, { axisLabel: { show: false } }),
      timeAxis(frame, colours, { gridIndex: 1, axisLine: { show: false } }),
    ],
    yAxis: [
      valueAxis(colours, { axisLabel: { color: colours.quiet, fontSize: 11, formatter: rttText } }),
      { type: 'value', gridIndex: 1, min: 0, max: 1, show: false },
    ],
    tooltip: tooltip(colours, liveTip),
    axisPointer: { link: [{ xAxisIndex: 'all' }] },
    series: [
      ...agentLines(results, colours).map(({ name, colour, isDashed }) => ({
        name,
        type: 'line',
        symbolSize: 4,
        symbol: 'circle',
        showSymbol: oldestFirst.length < SYMBOLS_MAX,
        color: colour,
        lineStyle: { width: 1.2, type: isDashed ? [4, 3] : 'solid' },
        data: roundTrips(oldestFirst.filter((result) => result.agentName === name)),
      })),
      marks(oldestFirst, lossText, (result) => isLoss(result.outcome)),
      marks(oldestFirst, unsentText, (result) => result.outcome !== 'reply' && !isLoss(result.outcome)),
    ],
  };
}

type Point = { value: [number, number | null]; result?: ProbeResult };

/** Returns the points of one agent; the line is broken at a probe without a reply and at a long gap. */
export function roundTrips(oldestFirst: ProbeResult[]): Point[] {
  const points: Point[] = [];
  let beforeMs: number | null = null;
  for (const result of oldestFirst) {
    const atMs = Date.parse(result.at);
    if (beforeMs !== null && atMs - beforeMs > GAP_MS) points.push({ value: [beforeMs + 1, null] });
    points.push({ value: [atMs, result.rttUs], result });
    beforeMs = atMs;
  }
  return points;
}

function marks(
  results: ProbeResult[],
  look: { text: string; color: string; symbol: string },
  wanted: (result: ProbeResult) => boolean,
): object {
  return {
    name: look.text,
    type: 'scatter',
    xAxisIndex: 1,
    yAxisIndex: 1,
    symbol: look.symbol,
    symbolSize: look.symbol === 'rect' ? [3, 14] : 8,
    color: look.color,
    data: results.filter(wanted).map((result) => ({ value: [Date.parse(result.at), 0.5], result })),
  };
}

/** Returns the HTML of the tooltip. A probe without a reply is a gap in the line and a mark: the tooltip shows the symbol of the mark. */
function liveTip(items: { marker: string; data?: Point }[]): string {
  const markers = new Map<string, string>();
  for (const { marker, data } of items) {
    if (data?.result === undefined) continue;
    const { at, agentName, outcome, rttUs } = data.result;
    const what = outcome === 'reply' ? rttText(rttUs) : outcomeText(outcome);
    markers.set(`${clockText(at)} ${escapeHtml(agentName)}: ${what}`, marker);
  }
  const lines = [...markers].slice(0, TIP_LINES_MAX).map(([text, marker]) => `${marker}${text}`);
  const at = items[0]?.data?.result?.at;
  return (at === undefined ? lines : [...lines, `times in ${zoneText(at)}`]).join('<br>');
}

/** Escapes text for a tooltip, which is HTML: agent names are external input. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
