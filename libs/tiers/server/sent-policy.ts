import { DomainError } from '@icmp-mon/platform/errors';
import { readPolicy, type SentPolicy } from '@icmp-mon/tiers/contract';

const ERRORS_MAX = 50;

/** @throws DomainError `invalid` with a pointer for each fault */
export function requirePolicy(body: object, otherMembers: readonly string[] = []): SentPolicy {
  const { policy, faults } = readPolicy(body, otherMembers);
  if (policy !== undefined) return policy;
  const errors = faults.slice(0, ERRORS_MAX);
  const [first] = errors;
  throw new DomainError('invalid', `The policy is not valid: ${first.pointer} ${first.detail}. See errors.`, errors);
}
