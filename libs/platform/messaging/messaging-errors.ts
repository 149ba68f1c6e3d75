/** The message itself can never be handled: not JSON, wrong schema, unknown type. It goes to the dead letters at once. */
export class PoisonError extends Error {
  override readonly name = 'PoisonError';
}

/** Something that the handler needs is away for now: the same messages are handed over again after a pause. */
export class RetriableError extends Error {
  override readonly name = 'RetriableError';
}

/** A position that the log does not hold: it was deleted by retention, or the topic was made anew. */
export class LogPositionOutOfBounds extends Error {
  override readonly name = 'LogPositionOutOfBounds';

  constructor(
    readonly topic: string,
    readonly partition: number,
    readonly offset: number,
    readonly bounds: LogBounds,
  ) {
    super(
      `${topic}/${partition} holds offsets ${bounds.low} to ${bounds.high} (exclusive), but ${offset} is the next one to read: ` +
        (offset < bounds.low
          ? 'what lies between was deleted by retention.'
          : 'the topic was made anew, or the database comes from a later backup.'),
    );
  }
}

/** Offsets of a partition: `low` is the first it holds, `high` the next that will be written. */
export interface LogBounds {
  low: number;
  high: number;
}
