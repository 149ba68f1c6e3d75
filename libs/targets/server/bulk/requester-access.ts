import type { Sql } from '@icmp-mon/platform/database';
import type { CallerAccess } from '@icmp-mon/platform/plugins';
import type { BulkJobRow } from './bulk-job-rows';

/** Why a job of a caller whose access changed has failed, for its view. */
export const ACCESS_CHANGED =
  'Who requested the job no longer has the access of the request: disabled, removed or expired, without the permission targets:write, or with ' +
  'another scope. Targets that the job has changed stay changed. Request it again with the present access.';

/**
 * Returns whether who requested a job still has the access of the request; true for jobs of the installation itself. The access does not change
 * until the transaction ends.
 */
export async function keepsAccess(
  sql: Sql,
  access: CallerAccess,
  { of_caller, requested_by, scope }: Pick<BulkJobRow, 'of_caller' | 'requested_by' | 'scope'>,
): Promise<boolean> {
  if (!of_caller) return true;
  const now = await access.readAccess(sql, requested_by);
  return now !== null && now.scope === scope && now.permissions.includes('targets:write');
}
