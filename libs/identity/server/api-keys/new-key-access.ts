import {
  type IssueApiKeyRequest,
  type Permission,
  type Role,
  ROLE_PERMISSIONS,
  ROLES,
} from '@icmp-mon/identity/contract';
import { DomainError } from '@icmp-mon/platform/errors';
import { type AccessManager, requirePermissions } from '../accounts/require-permissions';

/**
 * Returns role and permissions of a new key; the permissions are null for all of the role. With permissions, the role is the lowest that has
 * them: during a rolling upgrade an api process of 0.1 gives the key all permissions of its role.
 * @throws DomainError `invalid`, `forbidden`
 */
export function accessOfNewKey(
  { role, permissions }: IssueApiKeyRequest,
  creator: AccessManager,
): { role: Role; permissions: Permission[] | null } {
  const foreign = permissions?.find((each) => !ROLE_PERMISSIONS[role].includes(each));
  if (foreign !== undefined) {
    const detail = `must be permissions of the role ${role}, which does not have ${foreign}`;
    throw new DomainError('invalid', `permissions ${detail}.`, [{ pointer: '#/permissions', detail }]);
  }
  requirePermissions(creator, permissions ?? ROLE_PERMISSIONS[role], 'The new key');
  if (permissions === undefined) return { role, permissions: null };
  const lowest = ROLES.find((each) => permissions.every((one) => ROLE_PERMISSIONS[each].includes(one)));
  return { role: lowest ?? role, permissions };
}
