import type { EnrolledSession, SecondFactorEnrolment, SessionView } from '@icmp-mon/identity/contract';
import { addressGroup, Metadata, Public, type RequestMetadata } from '@icmp-mon/platform/http';
import { Body, Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { SessionResponse } from './auth.dto';
import {
  EnrolledSessionResponse,
  LoginCodeRequest,
  LoginEnrolmentRequest,
  SecondFactorEnrolmentResponse,
} from './second-factor.dto';
import { BeginLoginEnrolment } from './second-factor/begin-login-enrolment';
import { CompleteLogin } from './second-factor/complete-login';
import { ConfirmLoginEnrolment } from './second-factor/confirm-login-enrolment';
import { BrowserSessions, clientOf } from './sessions/browser-sessions';

/** Routes for the second step of a login. The challenge of the first step is the credential. */
@ApiTags('auth')
@Controller('api/v1/auth/login')
@Public()
export class LoginStepsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly browsers: BrowserSessions,
  ) {}

  @Post('code')
  @HttpCode(200)
  @ApiOperation({ summary: 'Complete a login with a code of the second factor, or with a recovery code' })
  @ApiOkResponse({ type: SessionResponse })
  async complete(
    @Body() body: LoginCodeRequest,
    @Metadata() metadata: RequestMetadata,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SessionView> {
    this.browsers.requireOwnSite(request);
    const command = new CompleteLogin(body, clientOf(request), addressGroup(request.ip), metadata);
    return this.browsers.setFirstCookies(request, response, await this.commands.execute(command));
  }

  @Post('enrolment')
  @HttpCode(200)
  @ApiOperation({ summary: 'Begin the enrolment of the second factor that the login requires' })
  @ApiOkResponse({ type: SecondFactorEnrolmentResponse })
  beginEnrolment(
    @Body() { challenge }: LoginEnrolmentRequest,
    @Req() request: Request,
  ): Promise<SecondFactorEnrolment> {
    this.browsers.requireOwnSite(request);
    return this.commands.execute(new BeginLoginEnrolment(challenge));
  }

  @Post('enrolment/confirm')
  @HttpCode(200)
  @ApiOperation({ summary: 'Enable the second factor with its first code, and complete the login' })
  @ApiOkResponse({ type: EnrolledSessionResponse })
  async confirmEnrolment(
    @Body() body: LoginCodeRequest,
    @Metadata() metadata: RequestMetadata,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<EnrolledSession> {
    this.browsers.requireOwnSite(request);
    const login = await this.commands.execute(new ConfirmLoginEnrolment(body, clientOf(request), metadata));
    const session = await this.browsers.setFirstCookies(request, response, login);
    return { ...session, recoveryCodes: login.recoveryCodes };
  }
}
