import type { WindowCounters } from './window-summary';

/** One row of `probe_recent` or `probe_series`, without its shard. */
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
  /** Adds the samples that an open window gained up to `position`. */
  addFragment(row: WindowRow, position: number): void;
  /** Adds a folded window, or samples that it gained since. */
  addFolded(row: WindowRow): void;
  /** Writes the rows. `watermarkMs`: new watermark, null if unchanged. `lateHours`: hours with late rows, ms since 1970. */
  flushRows(rows: T, watermarkMs: number | null, lateHours: readonly number[]): Promise<void>;
}

/** The tables of series; `T` is what a shard's store passes its participants for reading and writing. */
export interface SeriesTables<T> {
  openFlush(shard: number): SeriesFlush<T>;
  /** Stores the fragments of open windows as final windows and returns the new watermark, ms since 1970; 0 when there is none. */
  closeFragments(rows: T, shard: number, position: number | null): Promise<number>;
}
