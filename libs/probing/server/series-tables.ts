import type { WindowCounters } from './window-summary';

/** One row of `probe_recent` or `probe_series`, but for its shard. */
export interface WindowRow {
  targetKey: number;
  check: number;
  startMs: number;
  counters: WindowCounters;
  /** Encoded. */
  histogram: Uint8Array;
  /** Encoded samples. */
  body: Uint8Array;
}

/** Rows of one flush of one shard, encoded as they are added. */
export interface SeriesFlush<T> {
  readonly count: number;
  /** What an open window gained up to `position`. */
  fragment(row: WindowRow, position: number): void;
  /** A window that is folded, or what it gained since. */
  folded(row: WindowRow): void;
  /** `watermarkMs`: windows that start before it are folded now; null when that is as before. `lateHours`: hours that gained late rows, ms since 1970. */
  write(rows: T, watermarkMs: number | null, lateHours: readonly number[]): Promise<void>;
}

/** Where series are stored; `T` is what a shard's store gives its participants to read and write with. */
export interface SeriesTables<T> {
  openFlush(shard: number): SeriesFlush<T>;
  /** Makes stored fragments of open windows folded ones and returns the watermark behind them, ms since 1970; 0 when there is none. */
  closeFragments(rows: T, shard: number, position: number | null): Promise<number>;
}
