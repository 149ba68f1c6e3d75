/** A refusal at the HTTP level, whose status has no matching code among the domain errors. */
export class RequestRefused extends Error {
  override readonly name = 'RequestRefused';

  constructor(
    readonly status: 405 | 408 | 413 | 415 | 431,
    readonly detail: string,
  ) {
    super(detail);
  }
}
