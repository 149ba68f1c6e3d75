/** Every refusal the product knows; each transport maps these in one place. */
export type ErrorCode =
  | 'invalid'
  | 'not_found'
  | 'conflict'
  | 'ambiguous'
  | 'forbidden'
  | 'unauthenticated'
  | 'precondition_required'
  | 'precondition_failed'
  | 'too_many_requests'
  | 'unavailable'
  | 'too_large';

/** One fault of the input: `pointer` is an RFC 6901 JSON pointer into the body. */
export interface FieldError {
  pointer: string;
  detail: string;
}

/** A refusal whose `detail` says what is wrong and what to do, fit for the caller's eyes. */
export class DomainError extends Error {
  override readonly name: string = 'DomainError';

  constructor(
    readonly code: ErrorCode,
    readonly detail: string,
    readonly errors?: FieldError[],
    options?: ErrorOptions,
  ) {
    super(detail, options);
  }
}
