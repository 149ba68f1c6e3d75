import type { Sql } from '@icmp-mon/platform/database';

/** A table of a read model. */
export interface ModelTable {
  name: string;
  /** Columns that name a row. */
  key: readonly string[];
  /** All that follows from the source, the key included. Numbers and times that no second run repeats are left out. */
  columns: readonly string[];
  /** Written by the projector on its way, but no part of the model: neither compared nor replaced. */
  scratch?: boolean;
}

/** What one batch came to: how many steps of the source, and where the next batch goes on. */
export interface Applied<P> {
  applied: number;
  progress: P;
}

/** How a read model follows from its source. `P` is a position in the source, kept by the caller. */
export interface ReadModel<P = unknown> {
  name: string;
  /** For people: what it is made from. */
  source: string;
  tables: readonly ModelTable[];
  start: P;
  /** Steps of the source between `from` and its present end; an estimate will do. */
  remaining(from: P): Promise<number>;
  /**
   * Runs before `next`, until it applies nothing, on tables that have no keys yet: they are made once, afterwards, which
   * costs a third of keeping them row by row. For projectors that only insert, and seldom look for a row to change.
   */
  fill?(sql: Sql, from: P): Promise<Applied<P>>;
  /**
   * Applies the next batch, by the projector's own functions, to the tables that `sql` finds first. With `applied` 0 the present end
   * is reached: while `held`, the very position of the live model.
   */
  next(sql: Sql, from: P, held: boolean): Promise<Applied<P>>;
  /** Makes the writers of the live tables wait until the transaction ends. */
  hold(sql: Sql): Promise<void>;
  /**
   * Runs once inside the hold, after the last batch: brings over what no source keeps any more, and the live model to the same
   * position. `live` and `beside` are schemas, ready to be put into SQL. Returns remarks for people.
   */
  settle?(sql: Sql, live: string, beside: string): Promise<string[]>;
  /** Puts the rebuilt rows into the live tables, where that takes more than replacing the rows that differ. */
  replace?(sql: Sql, live: string, beside: string): Promise<void>;
}
