import type { Sql } from '@icmp-mon/platform/database';

/** A table of a read model. */
export interface ModelTable {
  name: string;
  /** Columns that identify a row. */
  key: readonly string[];
  /** All columns that are determined by the source, including the key; not ids and times that differ from run to run. */
  columns: readonly string[];
  /** Auxiliary table of the projector, not part of the model: it is neither compared nor replaced. */
  scratch?: boolean;
}

/** Result of one batch: the number of applied steps of the source, and the position of the next batch. */
export interface Applied<P> {
  applied: number;
  progress: P;
}

/** How a read model is built from its source. `P` is a position in the source, which the caller stores. */
export interface ReadModel<P = unknown> {
  name: string;
  /** Description of the source, for display. */
  source: string;
  tables: readonly ModelTable[];
  start: P;
  /** Returns the number of steps of the source between `from` and its current end; an estimate is sufficient. */
  remaining(from: P): Promise<number>;
  /**
   * Bulk load: runs before `applyNext` until it applies nothing, on tables without keys. The keys are created once afterwards, which costs a third
   * of maintaining them row by row. For projectors that only insert and rarely look up rows.
   */
  fillWithoutKeys?(sql: Sql, from: P): Promise<Applied<P>>;
  /**
   * Applies the next batch with the projector's own functions to the tables that come first in the search_path of `sql`. `applied` 0 means
   * that the current end is reached; while `held`, that is exactly the position of the live model.
   */
  applyNext(sql: Sql, from: P, held: boolean): Promise<Applied<P>>;
  /** Blocks the writers of the live tables until the transaction ends. */
  holdWriters(sql: Sql): Promise<void>;
  /**
   * Runs once while writers are blocked, after the last batch: copies data that the source no longer contains, and brings the live model to
   * the same position. `live` and `beside` are quoted schema names. Returns remarks for the operator.
   */
  settleHeld?(sql: Sql, live: string, beside: string): Promise<string[]>;
  /** Writes the rebuilt rows to the live tables, if that takes more than replacing the rows that differ. */
  replaceLive?(sql: Sql, live: string, beside: string): Promise<void>;
}
