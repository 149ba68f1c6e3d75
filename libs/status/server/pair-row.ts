/**
 * Layout: one pair is one row of 64 bytes, which is one cache line. Results arrive in no order of slots, so a result costs one cache miss
 * instead of one per field. The constants below are the index of a field within the row, counted in elements of its type.
 */
export const ROW_BYTES = 64;
export const F64 = {
  lastVoteAgeMs: 0,
  lastNotSentAgeMs: 1,
  assignedAgeMs: 2,
  lastSampleMs: 3,
  lastSuccessMs: 4,
  verdictSinceMs: 5,
};
export const U32 = { staleAfterMs: 12, warmUntilMs: 13 };
export const U16 = { missesInRow: 28, successesInRow: 29, notSentInRow: 30 };
/** The freshness is stored in the checkpoint column `standing`. */
export const U8 = { verdict: 62, standing: 63 };
export const F64_STRIDE = ROW_BYTES / 8;
export const U32_STRIDE = ROW_BYTES / 4;
export const U16_STRIDE = ROW_BYTES / 2;
