import { DomainError } from '@icmp-mon/platform/errors';
import {
  type CheckDefinition,
  checkIdentity,
  type CheckRequest,
  type SentPolicy,
  TIER_LIMITS,
  type TierPolicy,
} from '@icmp-mon/tiers/contract';

/**
 * Returns the policy with a number for each check. A check that probes the same as a current one has its number; any other gets one that no
 * check of the tier had before, so that stored results keep their meaning.
 * @throws DomainError `invalid` for a number that belongs to another check, and when all numbers are used
 */
export function numberedPolicy(sent: SentPolicy, current: readonly CheckDefinition[], lastCheck: number): TierPolicy {
  let last = Math.max(lastCheck, ...sent.checks.map(({ check = 0 }) => check));
  const checks = sent.checks.map((check, at): CheckDefinition => {
    const same = current.find((each) => checkIdentity(each) === checkIdentity(check));
    requireNumber(check, same, lastCheck, `#/checks/${at}/check`);
    return { ...check, check: check.check ?? same?.check ?? ++last };
  });
  if (last > TIER_LIMITS.checkNumber) {
    const detail = `The tier has used all ${TIER_LIMITS.checkNumber} numbers of checks. Create another tier, and remove this one with it as the successor.`;
    throw new DomainError('invalid', detail, [{ pointer: '#/checks', detail }]);
  }
  return { ...sent, checks };
}

function requireNumber(
  { check }: CheckRequest,
  same: CheckDefinition | undefined,
  lastCheck: number,
  pointer: string,
): void {
  if (check === undefined || check === same?.check || (same === undefined && check > lastCheck)) return;
  const detail =
    same === undefined
      ? `${check} is or was the number of a check with another type or other parameters: leave it out for a new number`
      : `must be ${same.check}, the number of this check, or be left out`;
  throw new DomainError('invalid', `The number of a check is not valid: ${detail}.`, [{ pointer, detail }]);
}
