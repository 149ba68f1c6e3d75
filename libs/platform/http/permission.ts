import type { Permission, Role } from '@icmp-mon/identity/contract';
import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiExtension, ApiSecurity } from '@nestjs/swagger';

export const PERMISSION_METADATA = 'icmpmon:permission';

/** Access that a route declares: a permission is required, any authenticated caller is accepted, or the route is public. */
export type RouteAccess =
  { kind: 'permission'; permission: Permission } | { kind: 'authenticated' } | { kind: 'public' };

const declare = (access: RouteAccess): ClassDecorator & MethodDecorator => SetMetadata(PERMISSION_METADATA, access);

const LOGGED_IN = [ApiSecurity('apiKey'), ApiSecurity('session')];

/** The route (or every route of the controller) requires this permission. */
export const RequirePermission = (permission: Permission): ClassDecorator & MethodDecorator =>
  applyDecorators(declare({ kind: 'permission', permission }), ...LOGGED_IN, ApiExtension('x-permission', permission));

/** The route requires a login or an API key, but no particular permission. */
export const Authenticated = (): ClassDecorator & MethodDecorator =>
  applyDecorators(declare({ kind: 'authenticated' }), ...LOGGED_IN);

/** The route requires no credentials. */
export const Public = (): ClassDecorator & MethodDecorator => declare({ kind: 'public' });

export const REMEMBERED_METADATA = 'icmpmon:remembered';

/** The route also answers while the control database is unavailable, to callers that were authenticated during the last minutes. */
export const AnswersWithoutDatabase = (): MethodDecorator => SetMetadata(REMEMBERED_METADATA, true);

export const FOREIGN_QUERY_METADATA = 'icmpmon:foreign-query';

/** The routes pass their requests to another library, which reads the query itself. */
export const ForeignQuery = (): ClassDecorator => SetMetadata(FOREIGN_QUERY_METADATA, true);

/** The authenticated caller of a request. */
export interface Principal {
  kind: 'user' | 'api-key';
  id: string;
  name: string;
  role: Role;
  permissions: readonly Permission[];
  /** Session of a user, to check later whether it was revoked; null for an API key. */
  sessionId: string | null;
}

/** Returns `user:<id>` or `api-key:<id>`, the actor in the metadata of events. */
export const actorOf = (principal: Principal): string => `${principal.kind}:${principal.id}`;
