import type { Permission, Role, SessionView } from '@icmp-mon/identity/contract';

/** A session as its user is shown it; it has to be refreshed at `expiresAtS` (Unix seconds). */
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
