import { clockText, dateTimeText, percentText, rttText, zoneText } from '@icmp-mon/platform/ui-kit';
import type { AgentLanesPage, HistoryPoint } from '@icmp-mon/probing/contract';
import { reasonText } from '@icmp-mon/status/look';
import { escapeHtml } from '../live-chart';
import { type Span, spanOfLaneWindow, spanOfPoint, spanOfStatus, type Timeline } from './timeline';

const DAY_MS = 86_400_000;
const MONTH_MS_MIN = 28 * DAY_MS;
/** Agents with losses that a tooltip names. */
const AGENTS_MAX = 5;

/** Formats the time of a window in the chosen zone; days and months are in UTC. */
export function windowText({ at, windowMs }: HistoryPoint): string {
  if (windowMs >= MONTH_MS_MIN) return `${at.slice(0, 7)} (UTC)`;
  if (windowMs === DAY_MS) return `${at.slice(0, 10)} (UTC)`;
  const to = clockText(Date.parse(at) + windowMs).slice(0, 5);
  return `${dateTimeText(at).slice(0, 16)} to ${to}`;
}

/** Returns the HTML of the tooltip at a time, in ms since 1970: the window there, the status, and the agents with losses. */
export function timelineTip({ points, statuses, corrections, judgedUntilMs, lanes }: Timeline, atMs: number): string {
  const contains = ({ fromMs, toMs }: Span): boolean => fromMs <= atMs && atMs < toMs;
  const point = points.find((each) => contains(spanOfPoint(each)));
  const status = statuses.find((each) => contains(spanOfStatus(each, judgedUntilMs)));
  const correction = corrections.findLast(({ from, to }) =>
    contains({ fromMs: Date.parse(from), toMs: Date.parse(to) }),
  );
  const lines = [
    ...(status === undefined ? [] : [`${status.status}: ${escapeHtml(reasonText(status.reason))}`]),
    ...(correction === undefined
      ? []
      : [`corrected: ${correction.status}, by results that arrived late (revision ${correction.revision})`]),
    ...(point === undefined ? ['no data'] : pointLines(point)),
    ...(lanes === null ? [] : laneLines(lanes, contains)),
  ];
  return lines.join('<br>');
}

function pointLines(point: HistoryPoint): string[] {
  const zone = point.windowMs < DAY_MS ? ` ${zoneText(point.at)}` : '';
  const lines = [
    `${windowText(point)}${zone}`,
    `median ${rttText(point.rttP50Us)}`,
    `p10 ${rttText(point.rttP10Us)}, p90 ${rttText(point.rttP90Us)}`,
    `min ${rttText(point.rttMinUs)}, p95 ${rttText(point.rttP95Us)}, p99 ${rttText(point.rttP99Us)}`,
    `loss ${percentText(point.lossRatio)} (${point.lost} of ${point.sent})`,
  ];
  if (point.notSent > 0) lines.push(`not sent ${point.notSent}`);
  return lines;
}

/** Returns which agents lost probes in the window, most losses first. */
function laneLines(page: AgentLanesPage, contains: (span: Span) => boolean): string[] {
  const window = Array.from({ length: page.windows }, (_, at) => at).find((at) => contains(spanOfLaneWindow(page, at)));
  if (window === undefined) return [];
  const lossy = page.agents
    .filter(({ lost }) => (lost[window] ?? 0) > 0)
    .sort((a, b) => b.lost[window] / b.sent[window] - a.lost[window] / a.sent[window]);
  const measured = page.agents.filter(({ sent }) => (sent[window] ?? 0) > 0).length;
  if (lossy.length === 0)
    return measured === 0 ? [] : [`no loss at ${measured} ${measured === 1 ? 'agent' : 'agents'}`];
  const named = lossy
    .slice(0, AGENTS_MAX)
    .map(({ agentName, sent, lost }) => `${escapeHtml(agentName)} lost ${lost[window]} of ${sent[window]}`);
  return [...named, ...(lossy.length > named.length ? [`${lossy.length - named.length} more agents`] : [])];
}
