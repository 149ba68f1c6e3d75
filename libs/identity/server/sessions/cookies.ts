import type { CookieOptions, Request, Response } from 'express';
import { ACCESS_TOKEN_S } from './access-token';
import { KNOWN_BROWSER_S } from './known-browsers';

export const SESSION_COOKIE = 'icmpmon_session';
export const REFRESH_COOKIE = 'icmpmon_refresh';
/** Kept after a logout. It identifies a browser in which a user has logged in before, and grants no access. */
export const KNOWN_BROWSER_COOKIE = 'icmpmon_known_browser';
/** Sent only to the login, refresh and logout routes. */
const AUTH_PATH = '/api/v1/auth';

const TOKEN_LENGTH_MAX = 4_096;

/** Sets `Secure` only on a TLS connection, because `npm start` serves plain `http://127.0.0.1`. */
const options = (request: Request, path: string, maxAgeS: number): CookieOptions => ({
  httpOnly: true,
  sameSite: 'strict',
  secure: request.secure,
  path,
  maxAge: maxAgeS * 1000,
});

export function setSessionCookie(request: Request, response: Response, token: string): void {
  response.cookie(SESSION_COOKIE, token, options(request, '/api', ACCESS_TOKEN_S));
}

export function setRefreshCookie(request: Request, response: Response, token: string, maxAgeS: number): void {
  response.cookie(REFRESH_COOKIE, token, options(request, AUTH_PATH, maxAgeS));
}

export function setKnownBrowserCookie(request: Request, response: Response, token: string): void {
  response.cookie(KNOWN_BROWSER_COOKIE, token, options(request, AUTH_PATH, KNOWN_BROWSER_S));
}

export function clearCookies(request: Request, response: Response): void {
  response.clearCookie(SESSION_COOKIE, { ...options(request, '/api', 0), maxAge: undefined });
  response.clearCookie(REFRESH_COOKIE, { ...options(request, AUTH_PATH, 0), maxAge: undefined });
}

/** Returns a cookie's text; null if it is missing or longer than any cookie of ours. */
export function readCookie(request: Request, name: string): string | null {
  const cookies = request.cookies as Record<string, unknown> | undefined;
  const value = cookies?.[name];
  return typeof value === 'string' && value !== '' && value.length <= TOKEN_LENGTH_MAX ? value : null;
}
