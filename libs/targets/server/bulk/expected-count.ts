import { DomainError } from '@icmp-mon/platform/errors';
import type { BulkChangeRequest } from '@icmp-mon/targets/contract';

/** Part of the expected count by which the number of targets of a change may differ. A removal must match exactly: it cannot be undone. */
const TOLERANCE = 0.01;

/** @throws DomainError `conflict` if a request selects another number of targets than its dry run did */
export function requireExpected(
  { expectedCount, remove }: Pick<BulkChangeRequest, 'expectedCount' | 'remove'>,
  count: number,
): void {
  if (expectedCount === undefined) return;
  const tolerated = remove === true ? 0 : Math.floor(expectedCount * TOLERANCE);
  if (Math.abs(count - expectedCount) <= tolerated) return;
  throw new DomainError(
    'conflict',
    `The filter now selects ${count} targets, not the expected ${expectedCount}. Nothing was changed. Make a new dry run and confirm its count.`,
  );
}
