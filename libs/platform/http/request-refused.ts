/** A refusal that has a status of HTTP and no kind among the domain's errors. */
export class RequestRefused extends Error {
  override readonly name = 'RequestRefused';

  constructor(
    readonly status: 405 | 408 | 413 | 415 | 431,
    readonly detail: string,
  ) {
    super(detail);
  }
}
