import { type Permission, ROLE_PERMISSIONS } from '@icmp-mon/identity/contract';
import { DependencyUnavailable, DomainError } from '@icmp-mon/platform/errors';
import { PRODUCT_VERSION } from '@icmp-mon/platform/ops';
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request, Response } from 'express';
import { Authenticator } from './authenticator';
import { CONNECTIONS_PER_CALLER_MAX, markAuthenticated } from './connection-limits';
import {
  actorOf,
  PERMISSION_METADATA,
  type Principal,
  REMEMBERED_METADATA,
  type RouteAccess,
  SCOPE_METADATA,
  type ScopeUse,
} from './permission';
import { setPrincipal } from './request-context';

/** Version of the server, for callers that authenticated: the command line warns when its own is of another major version. */
const VERSION_HEADER = 'ICMP-Mon-Version';

/** Admits a request to its route if the caller has the access that the route declares. */
@Injectable()
export class PermissionGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly authenticator: Authenticator,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const access = this.reflector.getAllAndOverride<RouteAccess | undefined>(PERMISSION_METADATA, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (access === undefined)
      throw new DomainError(
        'forbidden',
        'This route cannot be used: it declares no permission. This is a fault of the server: report it.',
      );
    if (access.kind === 'public') return true;
    const request = context.switchToHttp().getRequest<Request>();
    const principal = await this.callerOf(request, context);
    if (principal === null) {
      throw new DomainError('unauthenticated', 'Log in, or send an API key as "Authorization: Bearer imk_…".');
    }
    setPrincipal(request, principal);
    context.switchToHttp().getResponse<Response>().setHeader(VERSION_HEADER, PRODUCT_VERSION);
    if (!markAuthenticated(request.socket, actorOf(principal))) {
      context.switchToHttp().getResponse<Response>().setHeader('Connection', 'close');
      throw tooManyConnections(principal);
    }
    if (principal.scope !== null) this.requireScoped(context, principal.scope);
    if (access.kind === 'permission' && !principal.permissions.includes(access.permission)) {
      throw new DomainError(
        'forbidden',
        `This requires the permission ${access.permission}, which ${lackingOf(principal, access.permission)} does not have.`,
      );
    }
    return true;
  }

  /** @throws DomainError `forbidden` for a route that does not declare that it can be limited to a scope */
  private requireScoped(context: ExecutionContext, scope: string): void {
    const use = this.reflector.getAllAndOverride<ScopeUse | undefined>(SCOPE_METADATA, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (use !== undefined) return;
    throw new DomainError(
      'forbidden',
      `This is not available to you, because it cannot be limited to your scope, the targets of the filter ${scope}.`,
    );
  }

  private async callerOf(request: Request, context: ExecutionContext): Promise<Principal | null> {
    try {
      return await this.authenticator.authenticate(request);
    } catch (error) {
      const mayBeRemembered = this.reflector.get<boolean | undefined>(REMEMBERED_METADATA, context.getHandler());
      if (mayBeRemembered !== true || !(error instanceof DependencyUnavailable)) throw error;
      const remembered = await this.authenticator.authenticateFromCache(request);
      if (remembered === null) throw error;
      return remembered;
    }
  }
}

/** Names the role, or the API key if it was given fewer permissions than its role has. */
const lackingOf = ({ role, name }: Principal, permission: Permission): string =>
  ROLE_PERMISSIONS[role].includes(permission) ? `the API key ${name}` : `the role ${role}`;

function tooManyConnections({ kind, name }: Principal): DomainError {
  const who = kind === 'user' ? 'The user' : 'The API key';
  return new DomainError(
    'too_many_requests',
    `${who} ${name} holds ${CONNECTIONS_PER_CALLER_MAX} connections, the limit per caller. Close some of them.`,
  );
}
