import { type IssueApiKeyRequest, type Permission, ROLE_PERMISSIONS } from '@icmp-mon/identity/contract';
import { DomainError } from '@icmp-mon/platform/errors';

/** Returns the permissions of the new key; null for all of its role. @throws DomainError `invalid`, `forbidden` */
export function permissionsOfNewKey(
  { role, permissions }: IssueApiKeyRequest,
  creator: { permissions: readonly Permission[] },
): Permission[] | null {
  const foreign = permissions?.find((each) => !ROLE_PERMISSIONS[role].includes(each));
  if (foreign !== undefined) {
    const detail = `must be permissions of the role ${role}, which does not have ${foreign}`;
    throw new DomainError('invalid', `permissions ${detail}.`, [{ pointer: '#/permissions', detail }]);
  }
  const beyond = (permissions ?? ROLE_PERMISSIONS[role]).find((each) => !creator.permissions.includes(each));
  if (beyond === undefined) return permissions ?? null;
  throw new DomainError('forbidden', `The key would have the permission ${beyond}, which you do not have.`);
}
