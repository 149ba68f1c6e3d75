/**
 * Layout of what the table of trends keeps per pair: one row of 64 bytes, which is one cache line, as in `pair-row.ts`. The constants below
 * are the index of a field within the row, counted in elements of its type.
 */
export const TREND_BYTES = 64;
export const TREND_F64 = { runBeganMs: 0, sideBeganMs: 1 };
export const TREND_U32 = {
  recentRounds: 4,
  olderRounds: 5,
  lastRttUs: 6,
  secondRttUs: 7,
  thirdRttUs: 8,
  medianUs: 9,
  spreadUs: 10,
  lossFloorPpm: 11,
  decidingRttUs: 12,
  /** Follows from the other fields and the tier policy; not stored. */
  slowAboveUs: 13,
};
export const TREND_U16 = { meanRunCenti: 28 };
export const TREND_U8 = { rounds: 58, thresholds: 59, trend: 60, calmRounds: 61, decidingLost: 62, decidingRounds: 63 };
export const TREND_F64_STRIDE = TREND_BYTES / 8;
export const TREND_U32_STRIDE = TREND_BYTES / 4;
export const TREND_U16_STRIDE = TREND_BYTES / 2;

/** Bits of the field `trend`: why a pair that answers is degraded. */
export const TREND = { slow: 1, lossy: 2 } as const;

/** Bits of the field `thresholds`. `known`: they are based on enough results, of the pair or of its region. */
export const THRESHOLDS = { ofRegion: 1, known: 2 } as const;
