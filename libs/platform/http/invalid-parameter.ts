import { DomainError } from '@icmp-mon/platform/errors';

/** Returns the error `invalid` for a query parameter, which its pointer names. */
export function invalidParameter(parameter: string, detail: string): DomainError {
  return new DomainError('invalid', detail, [{ pointer: `?${parameter}`, detail }]);
}
