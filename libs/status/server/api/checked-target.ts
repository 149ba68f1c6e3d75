import type { Scope } from '@icmp-mon/identity/contract';
import { DomainError } from '@icmp-mon/platform/errors';
import type { TargetDirectory, TargetReference } from '@icmp-mon/targets/contract';

const CHECK_NUMBER = /^[1-9]\d{0,4}$/;

/** Reference to one check of a target, as a URL contains it. */
export interface CheckReference {
  ref: string;
  vrf: string | undefined;
  check: string;
  scope: Scope;
}

/**
 * Returns the target, also a removed one by its id, and the number of the check; a number without a log is not an error.
 * @throws DomainError `not_found`; `ambiguous` with the candidates
 */
export async function checkedTarget(
  targets: TargetDirectory,
  { ref, vrf, check, scope }: CheckReference,
): Promise<{ target: TargetReference; check: number }> {
  const target = await targets.findRecorded(ref, vrf, scope);
  if (!CHECK_NUMBER.test(check))
    throw new DomainError(
      'not_found',
      `A target has no such check. Its checks are listed at …/targets/${target.id}/checks.`,
    );
  return { target, check: Number(check) };
}
