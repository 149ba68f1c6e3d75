/** Why the list of a source could not be read as a whole, and what to do; the last list is kept. */
export class SourceFault extends Error {
  override readonly name = 'SourceFault';

  constructor(
    detail: string,
    readonly advice: string,
    options?: ErrorOptions,
  ) {
    super(detail, options);
  }

  /** Sets the message. Returns the fault itself, because its class decides whether the list is read again. */
  withMessage(message: string): this {
    this.message = message;
    return this;
  }
}

/** The list changed while it was read page by page, so that entries may be missing: it is read again from the beginning. */
export class ListChanged extends SourceFault {
  constructor(detail: string) {
    super(
      detail,
      'It is read again at the next run. If this repeats, lengthen the interval, or read fewer addresses by a filter.',
    );
  }
}
