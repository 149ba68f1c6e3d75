import type { TimeSpan } from '@icmp-mon/platform/charts';
import type { PathChange } from '@icmp-mon/paths/contract';
import type { AgentLane, AgentLanesPage, HistoryPoint } from '@icmp-mon/probing/contract';
import type { StatusCorrection, StatusInterval } from '@icmp-mon/status/contract';

/** Most agents that are drawn; the table has all of them. */
export const LANES_MAX = 16;

/** A time that is over in the frame of a chart; ms since 1970. */
export interface Span {
  fromMs: number;
  toMs: number;
}

/** Everything that the time axis of a target shows. */
export interface Timeline {
  frame: TimeSpan;
  points: readonly HistoryPoint[];
  statuses: readonly StatusInterval[];
  /** Until when statuses are judged, ms since 1970. */
  judgedUntilMs: number;
  /** Times of which late results show another status, by revision: the last one that has a time counts. */
  corrections: readonly StatusCorrection[];
  lanes: AgentLanesPage | null;
  pathChanges: readonly PathChange[];
}

/** Returns the part of a span that is inside the frame; null if it is outside. */
export function within({ fromMs, toMs }: Span, frame: TimeSpan): Span | null {
  const span = { fromMs: Math.max(fromMs, frame.fromMs), toMs: Math.min(toMs, frame.toMs) };
  return span.fromMs < span.toMs ? span : null;
}

export function spanOfPoint({ at, windowMs }: HistoryPoint): Span {
  const fromMs = Date.parse(at);
  return { fromMs, toMs: fromMs + windowMs };
}

/** Returns the span of a status. The current status reaches as far as statuses are judged. */
export function spanOfStatus({ from, to }: StatusInterval, judgedUntilMs: number): Span {
  const fromMs = Date.parse(from);
  return { fromMs, toMs: to === null ? Math.max(fromMs, judgedUntilMs) : Date.parse(to) };
}

/** Returns the span of the n-th window of all lanes. */
export function spanOfLaneWindow({ from, windowMs }: AgentLanesPage, window: number): Span {
  const fromMs = Date.parse(from) + window * windowMs;
  return { fromMs, toMs: fromMs + windowMs };
}

/** Returns the lanes that are drawn: those with the most losses if there are too many, by name. */
export function drawnLanes(page: AgentLanesPage | null): AgentLane[] {
  const agents = page?.agents ?? [];
  if (agents.length <= LANES_MAX) return agents;
  const worst = new Set(agents.toSorted((a, b) => lossOf(b) - lossOf(a)).slice(0, LANES_MAX));
  return agents.filter((lane) => worst.has(lane));
}

/** Returns the share of lost probes of an agent; 0 if it sent none. */
export function lossOf({ sent, lost }: AgentLane): number {
  const total = sumOf(sent);
  return total === 0 ? 0 : sumOf(lost) / total;
}

export function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
