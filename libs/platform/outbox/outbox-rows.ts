export interface OutboxBatch<M> {
  /** Number of the row before the first row of the batch. */
  after: number;
  /** Number of the last row; the next batch begins after it. */
  upTo: number;
  /** One send per topic, in the order of the rows; empty if no row of the batch is published. */
  sends: readonly { topic: string; messages: M[] }[];
}

/** Rows of one partition in an outbox table, numbered in order, with the mark up to which they are published. */
export interface OutboxRows<M> {
  /**
   * Returns the next rows after `after`, or after the mark when it is null. `none` if no rows are waiting, `busy` if rows are waiting that
   * cannot be read yet.
   */
  nextBatch(after: number | null): Promise<OutboxBatch<M> | 'none' | 'busy'>;
  /** Moves the mark: everything up to the end of the batch is acknowledged. Publishers may overlap; a mark never moves back. */
  markPublished(batch: OutboxBatch<M>): Promise<void>;
}
