/** The message can never be handled: not JSON, wrong schema, unknown type. It becomes a dead letter immediately. */
export class PoisonError extends Error {
  override readonly name = 'PoisonError';
}

/** A dependency of the handler is temporarily unavailable: the same messages are delivered again after a back-off. */
export class RetriableError extends Error {
  override readonly name = 'RetriableError';
}

/** The offset to read is not in the log: retention deleted its records, or the topic was recreated. */
export class LogOffsetOutOfBounds extends Error {
  override readonly name = 'LogOffsetOutOfBounds';

  constructor(
    readonly topic: string,
    readonly partition: number,
    readonly offset: number,
    readonly bounds: LogBounds,
  ) {
    super(
      `${topic}/${partition} holds offsets ${bounds.low} to ${bounds.high} (exclusive), but ${offset} is the next one to read: ` +
        (offset < bounds.low
          ? 'the records in between were deleted by retention.'
          : 'the topic was recreated, or the database comes from a later backup.'),
    );
  }
}

/** Bounds of a partition: `low` is the offset of its first record, `high` the offset of the next record to be written. */
export interface LogBounds {
  low: number;
  high: number;
}
