import type { Permission, Role } from '@icmp-mon/identity/contract';
import { SetMetadata } from '@nestjs/common';

export const PERMISSION_METADATA = 'icmpmon:permission';

/** What a route says of itself: a permission it asks for, any logged-in caller, or nobody in particular. */
export type RouteAccess = { kind: 'permission'; permission: Permission } | { kind: 'authenticated' } | { kind: 'public' };

/** The route (or all routes of the controller) asks for this permission. */
export const RequirePermission = (permission: Permission): ClassDecorator & MethodDecorator =>
  SetMetadata(PERMISSION_METADATA, { kind: 'permission', permission } satisfies RouteAccess);

/** The route asks for a login or an API key and no permission in particular. */
export const Authenticated = (): ClassDecorator & MethodDecorator =>
  SetMetadata(PERMISSION_METADATA, { kind: 'authenticated' } satisfies RouteAccess);

/** The route answers anybody. */
export const Public = (): ClassDecorator & MethodDecorator =>
  SetMetadata(PERMISSION_METADATA, { kind: 'public' } satisfies RouteAccess);

/** Who makes a request. */
export interface Principal {
  kind: 'user' | 'api-key';
  id: string;
  name: string;
  role: Role;
  permissions: readonly Permission[];
  /** Session of a user, to tell whether it was ended meanwhile. */
  sessionId: string | null;
}

/** `user:<id>` or `api-key:<id>`, as events name who acted. */
export const actorOf = (principal: Principal): string => `${principal.kind}:${principal.id}`;
