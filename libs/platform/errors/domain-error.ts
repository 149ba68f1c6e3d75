/** Codes of all refusals of the product. Each transport maps them to its own in one place. */
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

/** One fault of the input. `pointer` is a JSON pointer (RFC 6901) into the body. */
export interface FieldError {
  pointer: string;
  detail: string;
}

/** A refusal. `detail` states what is wrong and what to do; it may be shown to the caller. */
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
