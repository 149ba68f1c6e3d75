export interface OutboxBatch<M> {
  /** Number of the row before the first one. */
  after: number;
  /** Number of the last row: the next batch begins behind it. */
  upTo: number;
  /** In the order of the rows, one for each topic; none where no row of the batch is published. */
  sends: readonly { topic: string; messages: M[] }[];
}

/** Rows of one partition that wait in a table to be published, numbered in their order, and the mark of how far they are. */
export interface OutboxRows<M> {
  /**
   * The next rows behind `after`, or behind the mark when it is null. `none` when none wait, `busy` when some wait that cannot be
   * read yet.
   */
  next(after: number | null): Promise<OutboxBatch<M> | 'none' | 'busy'>;
  /** Everything up to the end of the batch is acknowledged. Publishers may overlap: a mark never goes back. */
  mark(batch: OutboxBatch<M>): Promise<void>;
}
