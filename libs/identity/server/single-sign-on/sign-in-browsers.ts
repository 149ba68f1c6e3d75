import { createLogger } from '@icmp-mon/platform/ops';
import { Injectable } from '@nestjs/common';
import type { CookieOptions, Request, Response } from 'express';
import { BrowserSessions } from '../sessions/browser-sessions';
import { readCookie } from '../sessions/cookies';
import type { LoggedIn } from '../sessions/log-in';
import type { BegunSignIn } from './begin-sign-in';
import { PENDING_S } from './pending-sign-ins';
import { SignInRefused } from './sign-in-refused';

/** For `@Redirect()`. */
export interface Redirection {
  url: string;
  statusCode: 302;
}

/** One cookie per sign-in, so that several tabs can sign in at the same time. */
const COOKIE = 'icmpmon_sign_in_';
const COOKIE_PATH = '/api/v1/auth/oidc';
const COOKIES_MAX = 5;
const STATE_NAMED = 12;
const logger = createLogger('single-sign-on');

const found = (url: string): Redirection => ({ url, statusCode: 302 });

const cookieOf = (state: string): string => `${COOKIE}${state.slice(0, STATE_NAMED).replace(/[^\w-]/g, '')}`;

/** SameSite=Lax: the issuer's page sends the browser here, and a stricter cookie would not be sent then. */
const options = (request: Request): CookieOptions => ({
  httpOnly: true,
  sameSite: 'lax',
  secure: request.secure,
  path: COOKIE_PATH,
});

const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** Translates between browsers that sign in at the issuer and commands. */
@Injectable()
export class SignInBrowsers {
  constructor(private readonly sessions: BrowserSessions) {}

  /** Runs a step of a sign-in. A refused one opens the sign-in page with the fault; its cause is in the log only. */
  async redirectTo(response: Response, step: () => Promise<Redirection>): Promise<Redirection> {
    response.setHeader('Cache-Control', 'no-store');
    try {
      return await step();
    } catch (error) {
      if (!(error instanceof SignInRefused)) throw error;
      logger.warn({ err: error, fault: error.fault }, 'sign-in refused');
      return found(`/login?sso=${error.fault}`);
    }
  }

  returnUrlOf({ query }: Request): string | null {
    return textOf(query.returnUrl);
  }

  keepPending(request: Request, response: Response, { url, state, sealed }: BegunSignIn): Redirection {
    const others = Object.keys((request.cookies ?? {}) as object).filter((name) => name.startsWith(COOKIE));
    for (const name of others.slice(0, Math.max(0, others.length - COOKIES_MAX + 1)))
      response.clearCookie(name, options(request));
    response.cookie(cookieOf(state), sealed, { ...options(request), maxAge: PENDING_S * 1_000 });
    return found(url);
  }

  /** Returns the issuer's answer, and removes the cookie of its sign-in. */
  takeAnswer(request: Request, response: Response): { query: string; state: string | null; sealed: string | null } {
    const state = textOf(request.query.state);
    const sealed = state === null ? null : readCookie(request, cookieOf(state));
    if (state !== null && sealed !== null) response.clearCookie(cookieOf(state), options(request));
    const [, query = ''] = /\?(.*)$/s.exec(request.originalUrl) ?? [];
    return { query, state, sealed };
  }

  async openPortal(
    request: Request,
    response: Response,
    { returnUrl, ...login }: LoggedIn & { returnUrl: string },
  ): Promise<Redirection> {
    await this.sessions.setCookies(request, response, login);
    return found(returnUrl);
  }
}
