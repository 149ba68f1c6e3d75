import type { CheckType } from './feed-fact';
import type { OutcomeName } from './outcomes';

/** Lengths of the windows that figures of a target come in, shortest first. */
export const RESOLUTIONS = ['5m', '1h', '1d', '1mo'] as const;
export type Resolution = (typeof RESOLUTIONS)[number];

/** One measurement, as `/results` gives it. */
export interface ProbeResult {
  /** ISO 8601 in UTC, corrected by the agent's estimated clock offset. */
  at: string;
  agentId: string;
  agentName: string;
  check: number;
  type: CheckType;
  outcome: OutcomeName;
  /** Null unless the outcome is a reply. */
  rttUs: number | null;
  /** Came by the backfill lane. */
  late?: boolean;
}

/** One window of one target over all agents, as `/history` gives it. Rtts are null where nothing was answered. */
export interface HistoryPoint {
  at: string;
  windowMs: number;
  sent: number;
  lost: number;
  /** Probes that say nothing of the target: never left the agent, or the executor broke. Not in `sent`. */
  notSent: number;
  /** lost / sent; null where nothing was sent. */
  lossRatio: number | null;
  rttMinUs: number | null;
  rttAvgUs: number | null;
  rttP50Us: number | null;
  rttP95Us: number | null;
  rttP99Us: number | null;
  rttMaxUs: number | null;
  /** Mean distance of successive rtts of the same agent. */
  jitterUs: number | null;
}

/** What `/history` gives: windows of one length, oldest first, without those in which nothing was measured. */
export interface HistoryPage {
  items: HistoryPoint[];
  resolution: Resolution;
}

/** Cells of the strip of a target. */
export const STRIP_CELLS = 60;
export const STRIP_CELL_MS = 60_000;
/** Targets whose figures one request reads. */
export const FIGURES_KEYS_MAX = 100;

/** How a target does at the moment, over all its agents and checks. Null where nothing was measured, or nothing answered. */
export interface TargetFigures {
  key: number;
  /** The median over its agents of each one's latest reply in the last 5 minutes. */
  rttUs: number | null;
  /** The median of all replies of the last 24 hours, within 2 %. */
  medianRttUs: number | null;
  /** lost / sent of the last 5 minutes. */
  lossRatio: number | null;
  /** lost / sent in each of the last 60 minutes, oldest first. */
  strip: (number | null)[];
}

/** What `/target-figures` gives, in the order in which it was asked. */
export interface TargetFiguresPage {
  /** End of the last cell, ISO 8601. */
  until: string;
  cellMs: number;
  items: TargetFigures[];
}

/** What `/live` streams; the event's id is shard:position:index, to resume from. */
export interface LiveEvent {
  id: string;
  targetKey: number;
  result: ProbeResult;
}
