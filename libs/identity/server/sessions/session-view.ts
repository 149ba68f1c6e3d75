import type { Permission, Role, Scope, SessionView } from '@icmp-mon/identity/contract';

/** Returns the session as shown to its user; it must be refreshed at `expiresAtS` (Unix seconds). */
export const sessionView = (
  user: string,
  { role, scope, permissions }: { role: Role; scope: Scope; permissions: readonly Permission[] },
  expiresAtS: number,
): SessionView => ({
  user,
  role,
  permissions: [...permissions],
  scope,
  expiresAt: new Date(expiresAtS * 1_000).toISOString(),
});
