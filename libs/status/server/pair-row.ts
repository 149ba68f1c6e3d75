import { columnsOf, type StoredColumn } from './pair-columns';

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

/** The rows of all pairs, as arrays over the same bytes. */
export class PairRows {
  f64 = new Float64Array(0);
  u32 = new Uint32Array(0);
  u16 = new Uint16Array(0);
  u8 = new Uint8Array(0);

  growRows(rows: number): void {
    const bytes = new ArrayBuffer(rows * ROW_BYTES);
    const u8 = new Uint8Array(bytes);
    u8.set(this.u8);
    this.f64 = new Float64Array(bytes);
    this.u32 = new Uint32Array(bytes);
    this.u16 = new Uint16Array(bytes);
    this.u8 = u8;
  }

  clearRow(slot: number): void {
    this.u8.fill(0, slot * ROW_BYTES, (slot + 1) * ROW_BYTES);
  }

  /** Returns the stored fields by name. How long a verdict stays fresh is not stored: it follows from the tier policy. */
  storedColumns(): Record<string, StoredColumn> {
    return {
      ...columnsOf(this.u8, ROW_BYTES, U8),
      ...columnsOf(this.u16, U16_STRIDE, U16),
      ...columnsOf(this.f64, F64_STRIDE, F64),
    };
  }
}
