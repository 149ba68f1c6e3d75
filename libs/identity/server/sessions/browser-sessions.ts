import {
  type LoggedOut,
  type LoginChallenge,
  permissionsInScope,
  ROLE_PERMISSIONS,
  type SessionView,
} from '@icmp-mon/identity/contract';
import { DomainError } from '@icmp-mon/platform/errors';
import { addressGroup } from '@icmp-mon/platform/http';
import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { ACCESS_TOKEN_S, AccessTokens } from './access-token';
import {
  clearCookies,
  KNOWN_BROWSER_COOKIE,
  readCookie,
  REFRESH_COOKIE,
  SESSION_COOKIE,
  setKnownBrowserCookie,
  setRefreshCookie,
  setSessionCookie,
} from './cookies';
import { KnownBrowsers } from './known-browsers';
import type { AttemptSource } from './login-attempts';
import type { IssuedChallenge } from './login-challenges';
import { requireSameOrigin } from './same-origin';
import { sessionView } from './session-view';
import type { LoginClient } from './session-rows';
import { REFRESH_TOKEN_S, type SessionUser } from './sessions';

const USER_AGENT_LENGTH_MAX = 200;

/** Tokens from a browser's cookies. */
export interface BrowserTokens {
  access: string | null;
  refresh: string | null;
}

/** Translates between a browser's cookies and commands: reads tokens from requests and sets cookies on responses. */
@Injectable()
export class BrowserSessions {
  constructor(
    private readonly tokens: AccessTokens,
    private readonly browsers: KnownBrowsers,
  ) {}

  /** Returns the source of a login. @throws DomainError `forbidden` for a login sent by another site */
  async sourceOf(request: Request, user: string): Promise<AttemptSource> {
    this.requireOwnSite(request);
    const known = await this.browsers.recogniseBrowser(readCookie(request, KNOWN_BROWSER_COOKIE), user);
    return { address: addressGroup(request.ip), known };
  }

  /** Before a step of a login, so that a refused one uses up neither challenge nor code. @throws DomainError `forbidden` if another site sent it */
  requireOwnSite(request: Request): void {
    if (request.headers.origin !== undefined) requireSameOrigin(request);
  }

  /** Returns the refresh token. @throws DomainError `unauthenticated` if it is missing, `forbidden` if another site sent it */
  refreshTokenOf(request: Request): string {
    const token = readCookie(request, REFRESH_COOKIE);
    if (token === null)
      throw new DomainError('unauthenticated', 'No login to renew: the refresh cookie is missing. Log in.');
    requireSameOrigin(request);
    return token;
  }

  /** Returns the browser's tokens for a logout. @throws DomainError `forbidden` if another site sent them */
  tokensOf(request: Request): BrowserTokens {
    const tokens = { access: readCookie(request, SESSION_COOKIE), refresh: readCookie(request, REFRESH_COOKIE) };
    if (tokens.access !== null || tokens.refresh !== null) requireSameOrigin(request);
    return tokens;
  }

  /** Sets the cookies of a login that has just begun, and marks the browser as known. */
  async setFirstCookies(
    request: Request,
    response: Response,
    login: { user: SessionUser; refreshToken: string },
  ): Promise<SessionView> {
    const { name } = login.user;
    const { known } = await this.sourceOf(request, name);
    if (known === null) setKnownBrowserCookie(request, response, await this.browsers.signBrowser(name));
    return this.setCookies(request, response, login);
  }

  /** Sets the cookies of a session; without a new refresh token the browser keeps its current one. */
  async setCookies(
    request: Request,
    response: Response,
    { user, refreshToken }: { user: SessionUser; refreshToken: string | null },
  ): Promise<SessionView> {
    if (refreshToken !== null) setRefreshCookie(request, response, refreshToken, REFRESH_TOKEN_S);
    const expiresAtS = Math.floor(Date.now() / 1_000) + ACCESS_TOKEN_S;
    setSessionCookie(request, response, await this.tokens.signAccessToken(user, expiresAtS));
    response.setHeader('Cache-Control', 'no-store');
    const permissions = permissionsInScope(ROLE_PERMISSIONS[user.role], user.scope);
    return sessionView(user.name, { ...user, permissions }, expiresAtS);
  }

  /** Answers a login that needs a second step: 202, without cookies. */
  answerChallenge(response: Response, { token, step, expiresAt }: IssuedChallenge): LoginChallenge {
    response.status(202).setHeader('Cache-Control', 'no-store');
    return { challenge: token, step, expiresAt };
  }

  /** Clears the cookies. `continueAt` is where the browser ends its session at the issuer: 200 instead of 204. */
  close(request: Request, response: Response, continueAt: string | null): LoggedOut | undefined {
    clearCookies(request, response);
    if (continueAt === null) return undefined;
    response.status(200).setHeader('Cache-Control', 'no-store');
    return { continueAt };
  }
}

/** Returns address and user agent for display to the user later, without characters that could disguise them. */
export function clientOf(request: Request): LoginClient {
  const userAgent = request.headers['user-agent']?.replace(/[^\x20-\x7e]/g, '?').slice(0, USER_AGENT_LENGTH_MAX);
  return { address: request.ip?.replace(/^::ffff:/, '') ?? null, userAgent: userAgent ?? null };
}

/** Returns the access token from the session cookie. */
export const accessTokenOf = (request: Request): string | null => readCookie(request, SESSION_COOKIE);
