import type { SignInOptions } from '@icmp-mon/identity/contract';
import { addressGroup, ForeignQuery, Metadata, Public, type RequestMetadata } from '@icmp-mon/platform/http';
import { Controller, Get, Redirect, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiFoundResponse, ApiOkResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { SignInOptionsResponse } from './auth.dto';
import { clientOf } from './sessions/browser-sessions';
import { BeginSignIn } from './single-sign-on/begin-sign-in';
import { FinishSignIn } from './single-sign-on/finish-sign-in';
import { ReadSignInOptions } from './single-sign-on/read-sign-in-options';
import { type Redirection, SignInBrowsers } from './single-sign-on/sign-in-browsers';

/** Routes of single sign-on (OpenID Connect). Browsers open the last two; every outcome of these is a redirect to the portal or the issuer. */
@ApiTags('auth')
@Controller('api/v1/auth')
@Public()
@ForeignQuery()
export class SingleSignOnController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly browsers: SignInBrowsers,
  ) {}

  @Get('options')
  @ApiOperation({ summary: 'Read how people can sign in' })
  @ApiOkResponse({ type: SignInOptionsResponse })
  options(): Promise<SignInOptions> {
    return this.queries.execute(new ReadSignInOptions());
  }

  @Get('oidc/begin')
  @Redirect()
  @ApiOperation({ summary: 'Begin a sign-in at the issuer: redirects to it' })
  @ApiQuery({ name: 'returnUrl', required: false, description: 'Path of the portal to open afterwards.' })
  @ApiFoundResponse({ description: 'To the issuer, or to the sign-in page with the fault.' })
  begin(@Req() request: Request, @Res({ passthrough: true }) response: Response): Promise<Redirection> {
    return this.browsers.redirectTo(response, async () => {
      const begun = await this.commands.execute(new BeginSignIn(this.browsers.returnUrlOf(request)));
      return this.browsers.keepPending(request, response, begun);
    });
  }

  @Get('oidc/callback')
  @Redirect()
  @ApiOperation({ summary: "Finish a sign-in with the issuer's answer; the response sets the session cookies" })
  @ApiQuery({ name: 'code', required: false, description: 'Code of the issuer.' })
  @ApiQuery({ name: 'state', required: false, description: 'State of the sign-in.' })
  @ApiQuery({ name: 'iss', required: false, description: 'The issuer that answers (RFC 9207).' })
  @ApiQuery({ name: 'error', required: false, description: 'Error of the issuer.' })
  @ApiFoundResponse({ description: 'To the page that the person wanted, or to the sign-in page with the fault.' })
  finish(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Metadata() metadata: RequestMetadata,
  ): Promise<Redirection> {
    return this.browsers.redirectTo(response, async () => {
      const answer = this.browsers.takeAnswer(request, response);
      const command = new FinishSignIn(answer, clientOf(request), addressGroup(request.ip), metadata);
      return this.browsers.openPortal(request, response, await this.commands.execute(command));
    });
  }
}
