import type { CheckType } from './feed-fact';
import type { OutcomeName } from './outcomes';
import type { ResultDetail } from './result-detail';

/** Lengths of the windows in which figures of a target are available, shortest first. */
export const RESOLUTIONS = ['5m', '1h', '1d', '1mo'] as const;
export type Resolution = (typeof RESOLUTIONS)[number];

/** One measurement, as `/results` returns it. */
export interface ProbeResult extends ResultDetail {
  /** ISO 8601 in UTC, corrected by the agent's estimated clock offset. */
  at: string;
  agentId: string;
  agentName: string;
  check: number;
  /** Null for a check that the target's tier no longer has. */
  type: CheckType | null;
  outcome: OutcomeName;
  /** Null unless the outcome is a reply. */
  rttUs: number | null;
  /** True if it arrived on the backfill lane. */
  late?: boolean;
}

/** One window of one check of a target over all agents, as `/history` returns it. Rtts are null without a reply. */
export interface HistoryPoint {
  at: string;
  windowMs: number;
  sent: number;
  lost: number;
  /** Probes without evidence about the target: never sent, or the executor failed. Not included in `sent`. */
  notSent: number;
  /** lost / sent; null when nothing was sent. */
  lossRatio: number | null;
  rttMinUs: number | null;
  rttAvgUs: number | null;
  /** Quantiles of the rtts: 10 % are at most this long, and so on. Within 2 %. */
  rttP10Us: number | null;
  rttP25Us: number | null;
  rttP50Us: number | null;
  rttP75Us: number | null;
  rttP90Us: number | null;
  rttP95Us: number | null;
  rttP99Us: number | null;
  rttMaxUs: number | null;
  /** Mean difference between successive rtts of the same agent. */
  jitterUs: number | null;
}

/** Results of one agent in the windows of `AgentLanesPage`; the n-th member of each list belongs to the n-th window. */
export interface AgentLane {
  agentId: string;
  agentName: string;
  /** Probes with evidence about the target. 0: the agent did not measure it then. */
  sent: number[];
  lost: number[];
  /** Median rtt in microseconds; null without a reply. */
  rttP50Us: (number | null)[];
}

/** Response of `/history/agents`. */
export interface AgentLanesPage {
  /** Start of the first window, ISO 8601. */
  from: string;
  windowMs: number;
  windows: number;
  /** By name. */
  agents: AgentLane[];
}

/** Response of `/history`: windows of one length, oldest first, without those in which nothing was measured. */
export interface HistoryPage {
  items: HistoryPoint[];
  resolution: Resolution;
}

/** Number of cells in the strip of a target. */
export const STRIP_CELLS = 60;
export const STRIP_CELL_MS = 60_000;
/** Most targets per request for figures. */
export const FIGURES_KEYS_MAX = 100;

/** Present figures of a target over all its agents, of its ping or, without one, its first check. Null without measurements, or without a reply. */
export interface TargetFigures {
  key: number;
  /** Median over its agents of each agent's latest reply in the last 5 minutes. */
  rttUs: number | null;
  /** Median of all replies of the last 24 hours, within 2 %. */
  medianRttUs: number | null;
  /** lost / sent of the last 5 minutes. */
  lossRatio: number | null;
  /** lost / sent in each of the last 60 minutes, oldest first. */
  strip: (number | null)[];
}

/** Response of `/target-figures`, in the order of the request. */
export interface TargetFiguresPage {
  /** End of the last cell, ISO 8601. */
  until: string;
  cellMs: number;
  items: TargetFigures[];
}

/** One event of the stream `/live`; its id, shard:position:index, is where the stream can be resumed. */
export interface LiveEvent {
  id: string;
  targetKey: number;
  result: ProbeResult;
}
