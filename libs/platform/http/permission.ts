import type { Permission, Role, Scope } from '@icmp-mon/identity/contract';
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

export const SCOPE_METADATA = 'icmpmon:scope';

/** How a route treats a caller with a scope: the handler applies the scope, or its answer does not depend on targets. Any other refuses. */
export type ScopeUse = 'applied' | 'open';

/** The route (or every route of the controller) serves callers with a scope like others: it neither shows nor changes targets. */
export const OpenToScoped = (): ClassDecorator & MethodDecorator => scopeUse('open');

const scopeUse = (use: ScopeUse): ClassDecorator & MethodDecorator =>
  applyDecorators(SetMetadata(SCOPE_METADATA, use), ApiExtension('x-scope', use));

/** The route's handler applies the caller's scope. `CallerScope` declares it. */
export const declareScopeApplied = scopeUse('applied') as MethodDecorator;

/** The authenticated caller of a request. */
export interface Principal {
  kind: 'user' | 'api-key';
  id: string;
  name: string;
  role: Role;
  permissions: readonly Permission[];
  /** Filter of the only targets that the caller sees; null without a limit. */
  scope: Scope;
  /** Session of a user, to check later whether it was revoked; null for an API key. */
  sessionId: string | null;
}

/** Returns `user:<id>` or `api-key:<id>`, the actor in the metadata of events. */
export const actorOf = (principal: Principal): string => `${principal.kind}:${principal.id}`;
