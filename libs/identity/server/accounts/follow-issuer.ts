import type { UserEvent } from '@icmp-mon/identity/contract';
import type { GroupAccess } from '../single-sign-on/role-mapping';
import { present, type UserState } from './user';

/**
 * Returns the events for what a user has by its groups at the issuer; none if the user has it already. A scope that an administrator has set stays
 * while the groups give none; with it, the role is at most engineer. The role admin comes last, so that it never meets a scope.
 */
export function followIssuer(
  state: UserState,
  userId: string,
  { role: mapped, scope: given }: GroupAccess,
): UserEvent[] {
  const user = present(state, userId);
  const scope = given ?? (user.isScopeOfIssuer ? null : user.scope);
  const role = scope !== null && mapped === 'admin' ? 'engineer' : mapped;
  const isOwn = scope === user.scope && user.isScopeOfIssuer === (given !== null);
  const ofIssuer = given === null ? {} : ({ ofIssuer: true } as const);
  const scoped: UserEvent = { type: 'UserScopeChanged', data: { userId, from: user.scope, scope, ...ofIssuer } };
  const changed: UserEvent = { type: 'UserRoleChanged', data: { userId, from: user.role, role } };
  const events = [...(role === user.role ? [] : [changed]), ...(isOwn ? [] : [scoped])];
  return role === 'admin' ? events.reverse() : events;
}
