import { columnsOf, type StoredColumn } from '../pair-columns';
import type { Rounds } from './loss-windows';
import {
  THRESHOLDS,
  TREND_BYTES,
  TREND_F64,
  TREND_F64_STRIDE,
  TREND_U16,
  TREND_U16_STRIDE,
  TREND_U32,
  TREND_U32_STRIDE,
  TREND_U8,
} from './trend-row';

/** The rows of all pairs, as arrays over the same bytes. */
export class TrendRows {
  f64 = new Float64Array(0);
  u32 = new Uint32Array(0);
  u16 = new Uint16Array(0);
  u8 = new Uint8Array(0);

  growRows(rows: number): void {
    const bytes = new ArrayBuffer(rows * TREND_BYTES);
    const u8 = new Uint8Array(bytes);
    u8.set(this.u8);
    this.f64 = new Float64Array(bytes);
    this.u32 = new Uint32Array(bytes);
    this.u16 = new Uint16Array(bytes);
    this.u8 = u8;
  }

  clearRow(slot: number): void {
    this.u8.fill(0, slot * TREND_BYTES, (slot + 1) * TREND_BYTES);
  }

  /** Whether the thresholds of the pair are based on enough results, of its own or of its region. */
  isKnown(slot: number): boolean {
    return (this.u8[slot * TREND_BYTES + TREND_U8.thresholds] & THRESHOLDS.known) !== 0;
  }

  roundsOf(slot: number): Rounds {
    const row32 = slot * TREND_U32_STRIDE;
    return {
      recent: this.u32[row32 + TREND_U32.recentRounds],
      older: this.u32[row32 + TREND_U32.olderRounds],
      count: this.u8[slot * TREND_BYTES + TREND_U8.rounds],
    };
  }

  setRounds(slot: number, { recent, older, count }: Rounds): void {
    const row32 = slot * TREND_U32_STRIDE;
    this.u32[row32 + TREND_U32.recentRounds] = recent;
    this.u32[row32 + TREND_U32.olderRounds] = older;
    this.u8[slot * TREND_BYTES + TREND_U8.rounds] = count;
  }

  /** Returns the stored fields by name. The limit of round trips is not stored: it follows from the others and the tier policy. */
  storedColumns(): Record<string, StoredColumn> {
    const { slowAboveUs: _derived, ...u32 } = TREND_U32;
    return {
      ...columnsOf(this.f64, TREND_F64_STRIDE, TREND_F64),
      ...columnsOf(this.u32, TREND_U32_STRIDE, u32),
      ...columnsOf(this.u16, TREND_U16_STRIDE, TREND_U16),
      ...columnsOf(this.u8, TREND_BYTES, TREND_U8),
    };
  }
}
