/** Basis of what is usual: the pair itself, agents of its region to the same target, or only the limits of the tier. */
export const BASELINE_SOURCES = ['pair', 'region', 'tier'] as const;
export type BaselineSource = (typeof BASELINE_SOURCES)[number];

/** Hours that a baseline leaves out, by reason. */
export interface HoursLeftOut {
  /** More than half of the rounds were missed. */
  outage: number;
  maintenance: number;
  /** Always 0: hours in which the agent was set aside are not left out. */
  isolated: number;
  /** The median was off the usual level. */
  offLevel: number;
  /** More losses than usual. */
  lossy: number;
}

/** Usual round-trip times and losses of one check of a pair. */
export interface CheckBaseline {
  check: number;
  source: BaselineSource;
  /** Median and spread of round-trip times in us; null for the source `tier`, as are the next three. */
  medianUs: number | null;
  spreadUs: number | null;
  /** Upper bound of the usual loss, 0 to 1. */
  lossFloorRatio: number | null;
  /** Mean number of rounds that are missed in a row. */
  meanRun: number | null;
  samples: number | null;
  /** Calculation of the pair itself; null for other sources. */
  calculation: {
    /** ISO 8601. */
    computedAt: string;
    run: number;
    hoursUsed: number;
    /** First hour used, and end of the last one, ISO 8601. */
    from: string;
    to: string;
    leftOut: HoursLeftOut;
    /** Whether it stays from an earlier calculation, because too few good hours are left. */
    isKept: boolean;
  } | null;
}

/** A lasting change of the round-trip times, which was adopted as usual. */
export interface BaselineShift {
  check: number;
  /** First hour at the new level, and when it was adopted, ISO 8601. */
  since: string;
  adoptedAt: string;
  before: { medianUs: number; spreadUs: number };
  after: { medianUs: number; spreadUs: number };
}

/** Response of `GET /api/v1/baselines/{agentId}/{targetId}`. */
export interface PairBaselines {
  agentId: string;
  targetId: string;
  checks: CheckBaseline[];
  /** Newest first. */
  shifts: BaselineShift[];
}

/** The usual level from a time on. */
export interface BaselinePoint {
  /** ISO 8601. */
  at: string;
  medianUs: number;
  spreadUs: number;
  lossFloorRatio: number;
}

/** Response of `GET /api/v1/targets/{id}/baselines`: per agent the levels of a range, each until the next one. */
export interface BaselineBands {
  targetId: string;
  check: number;
  from: string;
  to: string;
  agents: { agentId: string; agentName: string | null; points: BaselinePoint[] }[];
  /** False if there are more points than one response has; the range must be shorter. */
  complete: boolean;
}

/** Body of `POST /api/v1/baselines/recalculate`: everything, unless shards or targets are given. */
export interface RecalculateRequest {
  shards?: number[];
  /** Ids of targets; their shards are calculated. */
  targets?: string[];
  /** Former baselines of the targets, or of all, are forgotten: the latest hours are usual. */
  forget?: boolean;
}

export const RECALCULATION_STATES = ['queued', 'running', 'completed'] as const;
export type RecalculationState = (typeof RECALCULATION_STATES)[number];

/** A request to calculate again, with its progress. */
export interface Recalculation {
  id: string;
  state: RecalculationState;
  request: RecalculateRequest;
  /** Shards of the request, and finished ones. */
  shards: number;
  shardsDone: number;
  /** Pairs with a baseline of their own, in the shards that are done. */
  pairs: number;
  requestedBy: string;
  /** ISO 8601. */
  requestedAt: string;
  finishedAt: string | null;
}
