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

  /**
   * Replaces the texts of the fault and of its causes: messages, and the stacks, which repeat them and are logged. Returns the fault itself,
   * because its class decides whether the list is read again.
   */
  withTexts(textOf: (text: string) => string): this {
    setTexts(this, textOf);
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

function setTexts(error: unknown, textOf: (text: string) => string): void {
  if (!(error instanceof Error)) return;
  // Not by assignment: the message of an aborted request has no setter.
  Object.defineProperty(error, 'message', { value: textOf(error.message), configurable: true, writable: true });
  Object.defineProperty(error, 'stack', { value: textOf(error.stack ?? ''), configurable: true, writable: true });
  setTexts(error.cause, textOf);
}
