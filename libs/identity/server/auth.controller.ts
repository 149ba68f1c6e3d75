import { type Permission, ROLE_PERMISSIONS, type Role, type SessionView } from '@icmp-mon/identity/contract';
import { DomainError } from '@icmp-mon/platform/errors';
import {
  addressGroup,
  AnswersWithoutDatabase,
  Authenticated,
  Caller,
  type Principal,
  Public,
} from '@icmp-mon/platform/http';
import { Body, Controller, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { LoginRequest, SessionResponse } from './auth.dto';
import { ACCESS_TOKEN_S, AccessTokens } from './sessions/access-token';
import {
  clearCookies,
  KNOWN_BROWSER_COOKIE,
  readCookie,
  REFRESH_COOKIE,
  SESSION_COOKIE,
  setKnownBrowserCookie,
  setRefreshCookie,
  setSessionCookie,
} from './sessions/cookies';
import { KnownBrowsers } from './sessions/known-browsers';
import { LogIn } from './sessions/log-in';
import { requireSameOrigin } from './sessions/same-origin';
import { type LoginClient, REFRESH_TOKEN_S, Sessions, type SessionUser } from './sessions/sessions';

@ApiTags('auth')
@Controller('api/v1/auth')
export class AuthController {
  constructor(
    private readonly commands: CommandBus,
    private readonly tokens: AccessTokens,
    private readonly sessions: Sessions,
    private readonly browsers: KnownBrowsers,
  ) {}

  @Post('login')
  @HttpCode(200)
  @Public()
  @ApiOperation({ summary: 'Log in; the answer sets the session cookies' })
  @ApiOkResponse({ type: SessionResponse })
  async logIn(
    @Body() body: LoginRequest,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SessionView> {
    if (request.headers.origin !== undefined) requireSameOrigin(request);
    const known = await this.browsers.recognise(readCookie(request, KNOWN_BROWSER_COOKIE), body.user);
    const { user, refreshToken } = await this.commands.execute(
      new LogIn(body.user, body.password, clientOf(request), { address: addressGroup(request.ip), known }),
    );
    if (known === null) setKnownBrowserCookie(request, response, await this.browsers.sign(user.name));
    setRefreshCookie(request, response, refreshToken, REFRESH_TOKEN_S);
    return this.openSession(request, response, user);
  }

  @Post('refresh')
  @HttpCode(200)
  @Public()
  @ApiOperation({ summary: 'Renew the session by the refresh cookie, which is good once' })
  @ApiOkResponse({ type: SessionResponse })
  async refresh(@Req() request: Request, @Res({ passthrough: true }) response: Response): Promise<SessionView> {
    const token = readCookie(request, REFRESH_COOKIE);
    if (token === null) throw new DomainError('unauthenticated', 'There is no login to renew. Log in.');
    requireSameOrigin(request);
    const { user, refreshToken } = await this.sessions.refresh(token);
    if (refreshToken !== null) setRefreshCookie(request, response, refreshToken, REFRESH_TOKEN_S);
    return this.openSession(request, response, user);
  }

  @Post('logout')
  @HttpCode(204)
  @Public()
  @ApiOperation({ summary: 'End the login and clear its cookies' })
  @ApiNoContentResponse()
  async logOut(@Req() request: Request, @Res({ passthrough: true }) response: Response): Promise<void> {
    const session = readCookie(request, SESSION_COOKIE);
    const refreshToken = readCookie(request, REFRESH_COOKIE);
    if (session !== null || refreshToken !== null) requireSameOrigin(request);
    const claims = session === null ? null : await this.tokens.verify(session);
    if (claims !== null) await this.sessions.end(claims.sessionId);
    // The session cookie may have expired before the login did.
    if (refreshToken !== null) await this.sessions.endByToken(refreshToken);
    clearCookies(request, response);
  }

  @Get('me')
  @Authenticated()
  @AnswersWithoutDatabase()
  @ApiOperation({ summary: 'Who am I, and what may I do?' })
  @ApiOkResponse({ type: SessionResponse })
  async me(@Caller() principal: Principal, @Req() request: Request): Promise<SessionView> {
    const cookie = principal.kind === 'user' ? readCookie(request, SESSION_COOKIE) : null;
    const claims = cookie === null ? null : await this.tokens.verify(cookie);
    const expiresAtS = claims?.expiresAtS ?? nowS() + ACCESS_TOKEN_S;
    return sessionView(principal.name, principal.role, principal.permissions, expiresAtS);
  }

  private async openSession(request: Request, response: Response, user: SessionUser): Promise<SessionView> {
    const expiresAtS = nowS() + ACCESS_TOKEN_S;
    setSessionCookie(request, response, await this.tokens.sign(user, expiresAtS));
    response.setHeader('Cache-Control', 'no-store');
    return sessionView(user.name, user.role, ROLE_PERMISSIONS[user.role], expiresAtS);
  }
}

const USER_AGENT_LENGTH_MAX = 200;

/** As shown to the user later, so without anything that a browser made up to look like something else. */
function clientOf(request: Request): LoginClient {
  const userAgent = request.headers['user-agent']?.replace(/[^\x20-\x7e]/g, '?').slice(0, USER_AGENT_LENGTH_MAX);
  return { address: request.ip?.replace(/^::ffff:/, '') ?? null, userAgent: userAgent ?? null };
}

const nowS = (): number => Math.floor(Date.now() / 1000);

const sessionView = (
  user: string,
  role: Role,
  permissions: readonly Permission[],
  expiresAtS: number,
): SessionView => ({
  user,
  role,
  permissions: [...permissions],
  expiresAt: new Date(expiresAtS * 1000).toISOString(),
});
