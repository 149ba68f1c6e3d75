import { permissionsInScope, ROLE_PERMISSIONS } from '@icmp-mon/identity/contract';
import { DomainError } from '@icmp-mon/platform/errors';
import { Authenticator, type Principal } from '@icmp-mon/platform/http';
import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { KnownApiKeys } from './api-keys/known-api-keys';
import { type AccessClaims, AccessTokens } from './sessions/access-token';
import { readCookie, SESSION_COOKIE } from './sessions/cookies';
import { requireSameOrigin } from './sessions/same-origin';
import { Sessions, type UserAccess } from './sessions/sessions';

const BEARER = /^Bearer +([^\s]{1,256})$/i;

/** Authenticates callers by `Authorization: Bearer imk_…`, otherwise by the session cookie. */
@Injectable()
export class RequestAuthenticator extends Authenticator {
  constructor(
    private readonly keys: KnownApiKeys,
    private readonly tokens: AccessTokens,
    private readonly sessions: Sessions,
  ) {
    super();
  }

  override async authenticate(request: Request): Promise<Principal | null> {
    const { authorization } = request.headers;
    if (authorization !== undefined) return this.byApiKey(authorization);
    const cookie = readCookie(request, SESSION_COOKIE);
    return cookie === null ? null : this.bySession(request, cookie);
  }

  override async authenticateFromCache(request: Request): Promise<Principal | null> {
    const { authorization } = request.headers;
    if (authorization !== undefined) {
      const key = BEARER.exec(authorization)?.[1];
      return key === undefined ? null : this.keys.recogniseFromCache(key);
    }
    const cookie = readCookie(request, SESSION_COOKIE);
    const claims = cookie === null ? null : await this.tokens.verifyAccessToken(cookie);
    const access = claims === null ? null : this.sessions.lastAccessOf(claims.sessionId);
    if (claims === null || access === null) return null;
    requireSameOrigin(request);
    return principalOf(claims, access);
  }

  override async stillValid({ id, role, scope, sessionId }: Principal): Promise<boolean> {
    if (sessionId === null) return this.keys.isValid(id, scope);
    const access = await this.sessions.accessOf(sessionId);
    return access !== null && access.role === role && access.scope === scope;
  }

  private async byApiKey(authorization: string): Promise<Principal> {
    const key = BEARER.exec(authorization)?.[1];
    const principal = key === undefined ? null : await this.keys.recogniseKey(key);
    if (principal === null) throw new DomainError('unauthenticated', 'The API key is unknown, revoked or expired.');
    return principal;
  }

  private async bySession(request: Request, cookie: string): Promise<Principal> {
    const claims = await this.tokens.verifyAccessToken(cookie);
    const access = claims === null ? null : await this.sessions.accessOf(claims.sessionId);
    if (claims === null || access === null) {
      throw new DomainError('unauthenticated', 'The login has ended. Log in again.');
    }
    requireSameOrigin(request);
    return principalOf(claims, access);
  }
}

const principalOf = ({ userId, name, sessionId }: AccessClaims, { role, scope }: UserAccess): Principal => ({
  kind: 'user',
  id: userId,
  name,
  role,
  permissions: permissionsInScope(ROLE_PERMISSIONS[role], scope),
  scope,
  sessionId,
});
