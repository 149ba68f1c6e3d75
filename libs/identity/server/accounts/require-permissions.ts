import { type Permission, type Role, ROLE_PERMISSIONS } from '@icmp-mon/identity/contract';
import { DomainError } from '@icmp-mon/platform/errors';

/** Caller of a change of access. */
export interface AccessManager {
  permissions: readonly Permission[];
}

/**
 * Refuses a caller without one of the permissions. A caller can neither give access beyond its own, nor change an account or a key that has
 * more: with the permission `access:manage` alone, a caller could otherwise obtain all others.
 * @throws DomainError `forbidden`
 */
export function requirePermissions(manager: AccessManager, needed: readonly Permission[], whose: string): void {
  const missing = needed.find((each) => !manager.permissions.includes(each));
  if (missing === undefined) return;
  throw new DomainError('forbidden', `${whose} has the permission ${missing}, which you do not have.`);
}

/** @throws DomainError `forbidden` for a caller without one of the role's permissions */
export const requirePermissionsOf = (manager: AccessManager, role: Role): void =>
  requirePermissions(manager, ROLE_PERMISSIONS[role], `The role ${role}`);
