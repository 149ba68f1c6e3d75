import { DomainError } from '@icmp-mon/platform/errors';

/** Returns the match of a code in a request. @throws DomainError `invalid` for a wrong code */
export function requireMatch<T>(match: T | null): T {
  if (match !== null) return match;
  throw new DomainError('invalid', 'The code is wrong or has expired.', [
    { pointer: '#/code', detail: 'is wrong or has expired' },
  ]);
}
