import type { LoggedOut, LoginChallenge, SessionView } from '@icmp-mon/identity/contract';
import {
  AnswersWithoutDatabase,
  Authenticated,
  Caller,
  Metadata,
  OpenToScoped,
  type Principal,
  Public,
  type RequestMetadata,
} from '@icmp-mon/platform/http';
import { Body, Controller, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiAcceptedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { UsePasswordLink } from './accounts/use-password-link';
import { LoggedOutResponse, LoginRequest, SessionResponse } from './auth.dto';
import { LoginChallengeResponse } from './second-factor.dto';
import { accessTokenOf, BrowserSessions, clientOf } from './sessions/browser-sessions';
import { LogIn } from './sessions/log-in';
import { LogOut } from './sessions/log-out';
import { ReadSession } from './sessions/read-session';
import { RefreshSession } from './sessions/refresh-session';
import { UsePasswordLinkRequest, UserNameResponse } from './users.dto';

/** Routes for logins of browsers. Tokens are in cookies, which `BrowserSessions` reads and sets. */
@ApiTags('auth')
@Controller('api/v1/auth')
export class AuthController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly browsers: BrowserSessions,
  ) {}

  @Post('login')
  @HttpCode(200)
  @Public()
  @ApiOperation({ summary: 'Log in; the response sets the session cookies, unless a second step is needed (202)' })
  @ApiOkResponse({ type: SessionResponse })
  @ApiAcceptedResponse({ type: LoginChallengeResponse })
  async logIn(
    @Body() body: LoginRequest,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SessionView | LoginChallenge> {
    const source = await this.browsers.sourceOf(request, body.user);
    const login = await this.commands.execute(new LogIn(body.user, body.password, clientOf(request), source));
    if ('challenge' in login) return this.browsers.answerChallenge(response, login.challenge);
    return this.browsers.setFirstCookies(request, response, login);
  }

  @Post('refresh')
  @HttpCode(200)
  @Public()
  @ApiOperation({ summary: 'Renew the session with the refresh cookie, which is valid once' })
  @ApiOkResponse({ type: SessionResponse })
  async refresh(@Req() request: Request, @Res({ passthrough: true }) response: Response): Promise<SessionView> {
    const session = await this.commands.execute(new RefreshSession(this.browsers.refreshTokenOf(request)));
    return this.browsers.setCookies(request, response, session);
  }

  @Post('logout')
  @HttpCode(204)
  @Public()
  @ApiOperation({ summary: 'End the login and clear its cookies' })
  @ApiNoContentResponse()
  @ApiOkResponse({ type: LoggedOutResponse, description: 'The login began at an issuer, which has a session, too.' })
  async logOut(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<LoggedOut | undefined> {
    const { access, refresh } = this.browsers.tokensOf(request);
    return this.browsers.close(request, response, await this.commands.execute(new LogOut(access, refresh)));
  }

  @Post('password-link')
  @HttpCode(200)
  @Public()
  @ApiOperation({ summary: 'Set a password with the token of an invitation or a reset; the token is valid once' })
  @ApiOkResponse({ type: UserNameResponse })
  usePasswordLink(
    @Body() body: UsePasswordLinkRequest,
    @Metadata() metadata: RequestMetadata,
  ): Promise<UserNameResponse> {
    return this.commands.execute(new UsePasswordLink(body, metadata));
  }

  @Get('me')
  @Authenticated()
  @OpenToScoped()
  @AnswersWithoutDatabase()
  @ApiOperation({ summary: "Read the caller's own identity and permissions" })
  @ApiOkResponse({ type: SessionResponse })
  me(@Caller() principal: Principal, @Req() request: Request): Promise<SessionView> {
    return this.queries.execute(new ReadSession(principal, accessTokenOf(request)));
  }
}
