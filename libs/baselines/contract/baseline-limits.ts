/** Rules and limits of baselines. */
export const BASELINE_LIMITS = {
  /** Good hours of which a baseline is made: the latest ones. */
  hours: 24,
  /** Below this number of good hours a former baseline stays, so that a long outage never becomes the norm. */
  hoursMin: 6,
  /** Days whose hours are considered. */
  daysBack: 8,
  /** Rounds below which a pair has no baseline of its own. */
  samplesMin: 24,
  /** Lowest spread of round-trip times, in us and as a part of the median. */
  spreadUsMin: 500,
  spreadShareMin: 0.05,
  /** Lowest and highest loss floor, in millionths. */
  lossFloorPpmMin: 5_000,
  lossFloorPpmMax: 500_000,
} as const;

/** Limits of requests. */
export const RECALCULATION_LIMITS = {
  /** Unfinished requests of the installation. */
  unfinished: 10,
  targets: 1_000,
  shards: 64,
  /** Points of one response of bands. */
  points: 10_000,
} as const;
