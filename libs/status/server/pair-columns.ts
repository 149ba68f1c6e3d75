import { F64, F64_STRIDE, ROW_BYTES, U16, U16_STRIDE, U8 } from './pair-row';

/** Fields of a pair in a checkpoint. How long a verdict stays fresh is not stored: it follows from the tier policy. */
const STORED = {
  verdict: Uint8Array,
  standing: Uint8Array,
  missesInRow: Uint16Array,
  successesInRow: Uint16Array,
  notSentInRow: Uint16Array,
  lastVoteAgeMs: Float64Array,
  lastNotSentAgeMs: Float64Array,
  assignedAgeMs: Float64Array,
  lastSampleMs: Float64Array,
  lastSuccessMs: Float64Array,
  verdictSinceMs: Float64Array,
} as const;

type StoredField = keyof typeof STORED;
export type PairColumn = InstanceType<(typeof STORED)[StoredField]>;
const STORED_FIELDS = Object.keys(STORED) as StoredField[];

/** Rows of the pair table, by element type. */
interface PairRows {
  f64: Float64Array<ArrayBuffer>;
  u16: Uint16Array<ArrayBuffer>;
  u8: Uint8Array<ArrayBuffer>;
}

/** Returns the stored fields of the given slots, in their order, as columns. */
export function gatherColumns(rows: PairRows, slots: readonly number[]): Record<string, PairColumn> {
  return Object.fromEntries(
    STORED_FIELDS.map((field) => {
      const { values, stride, place } = placeOf(rows, field);
      const column = new STORED[field](slots.length);
      for (let at = 0; at < slots.length; at++) column[at] = values[slots[at] * stride + place];
      return [field, column];
    }),
  );
}

/** Writes columns to the given slots; a missing column is 0. */
export function scatterColumns(
  rows: PairRows,
  slots: readonly number[],
  columns: Record<string, ArrayLike<number>>,
): void {
  for (const name of STORED_FIELDS) {
    const { values, stride, place } = placeOf(rows, name);
    const column = columns[name];
    for (let at = 0; at < slots.length; at++) values[slots[at] * stride + place] = column?.[at] ?? 0;
  }
}

function placeOf({ f64, u16, u8 }: PairRows, name: StoredField): { values: PairColumn; stride: number; place: number } {
  if (name in F64) return { values: f64, stride: F64_STRIDE, place: F64[name as keyof typeof F64] };
  if (name in U16) return { values: u16, stride: U16_STRIDE, place: U16[name as keyof typeof U16] };
  return { values: u8, stride: ROW_BYTES, place: U8[name as keyof typeof U8] };
}
