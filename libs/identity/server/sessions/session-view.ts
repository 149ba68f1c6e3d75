import type { Permission, Role, SessionView } from '@icmp-mon/identity/contract';

/** Returns the session as shown to its user; it must be refreshed at `expiresAtS` (Unix seconds). */
export const sessionView = (
  user: string,
  role: Role,
  permissions: readonly Permission[],
  expiresAtS: number,
): SessionView => ({
  user,
  role,
  permissions: [...permissions],
  expiresAt: new Date(expiresAtS * 1_000).toISOString(),
});
