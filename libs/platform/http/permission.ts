import type { Permission, Role } from '@icmp-mon/identity/contract';
import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiExtension, ApiSecurity } from '@nestjs/swagger';

export const PERMISSION_METADATA = 'icmpmon:permission';

/** What a route says of itself: a permission it asks for, any logged-in caller, or nobody in particular. */
export type RouteAccess =
  { kind: 'permission'; permission: Permission } | { kind: 'authenticated' } | { kind: 'public' };

const declare = (access: RouteAccess): ClassDecorator & MethodDecorator => SetMetadata(PERMISSION_METADATA, access);

const LOGGED_IN = [ApiSecurity('apiKey'), ApiSecurity('session')];

/** The route (or all routes of the controller) asks for this permission. */
export const RequirePermission = (permission: Permission): ClassDecorator & MethodDecorator =>
  applyDecorators(declare({ kind: 'permission', permission }), ...LOGGED_IN, ApiExtension('x-permission', permission));

/** The route asks for a login or an API key and no permission in particular. */
export const Authenticated = (): ClassDecorator & MethodDecorator =>
  applyDecorators(declare({ kind: 'authenticated' }), ...LOGGED_IN);

/** The route answers anybody. */
export const Public = (): ClassDecorator & MethodDecorator => declare({ kind: 'public' });

export const REMEMBERED_METADATA = 'icmpmon:remembered';

/** The route answers while the database is away, to callers that were known some minutes ago. */
export const AnswersWithoutDatabase = (): MethodDecorator => SetMetadata(REMEMBERED_METADATA, true);

export const FOREIGN_QUERY_METADATA = 'icmpmon:foreign-query';

/** The routes hand their request to pages of another library, which read its query themselves. */
export const ForeignQuery = (): ClassDecorator => SetMetadata(FOREIGN_QUERY_METADATA, true);

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
