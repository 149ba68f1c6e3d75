import { DomainError } from '@icmp-mon/platform/errors';
import {
  addressGroup,
  Authenticated,
  Caller,
  Metadata,
  OpenToScoped,
  type Principal,
  type RequestMetadata,
} from '@icmp-mon/platform/http';
import { Body, Controller, Delete, Get, HttpCode, Param, ParseUUIDPipe, Put, Req } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags, ApiParam } from '@nestjs/swagger';
import type { Request } from 'express';
import { ChangePasswordRequest, EndedLoginsResponse, OwnLoginListResponse } from './access.dto';
import { ChangePassword } from './accounts/change-password';
import { EndLogins } from './sessions/end-logins';
import { ListLogins } from './sessions/list-logins';

/** Routes for the caller's own account. */
@ApiTags('auth')
@Controller('api/v1/auth')
@Authenticated()
@OpenToScoped()
export class OwnAccountController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Put('password')
  @HttpCode(204)
  @ApiOperation({ summary: "Change the caller's own password and end the user's other logins" })
  @ApiNoContentResponse()
  changePassword(
    @Body() { currentPassword: current, newPassword: next }: ChangePasswordRequest,
    @Caller() principal: Principal,
    @Metadata() metadata: RequestMetadata,
    @Req() request: Request,
  ): Promise<void> {
    const source = addressGroup(request.ip);
    return this.commands.execute(new ChangePassword(ownUserOf(principal), { current, next }, source, metadata));
  }

  @Get('logins')
  @ApiOperation({ summary: "List the caller's own active logins" })
  @ApiOkResponse({ type: OwnLoginListResponse })
  async logins(@Caller() principal: Principal): Promise<OwnLoginListResponse> {
    return this.queries.execute(new ListLogins(ownUserOf(principal)));
  }

  @Delete('logins/:id')
  @HttpCode(204)
  @ApiOperation({ summary: "End one of the caller's own logins" })
  @ApiParam({ name: 'id', description: 'Id of the login.', schema: { type: 'string', format: 'uuid' } })
  @ApiNoContentResponse()
  async endLogin(
    @Param('id', ParseUUIDPipe) loginId: string,
    @Caller() principal: Principal,
    @Metadata() metadata: RequestMetadata,
  ): Promise<void> {
    await this.commands.execute(new EndLogins({ userId: ownUserOf(principal).userId, loginId }, metadata, null));
  }

  @Delete('logins')
  @ApiOperation({ summary: "End all of the caller's own logins except the current one" })
  @ApiOkResponse({ type: EndedLoginsResponse })
  async endOtherLogins(
    @Caller() principal: Principal,
    @Metadata() metadata: RequestMetadata,
  ): Promise<EndedLoginsResponse> {
    const { userId, sessionId } = ownUserOf(principal);
    return { ended: await this.commands.execute(new EndLogins({ userId, exceptId: sessionId }, metadata, null)) };
  }
}

/** @throws DomainError `forbidden` for an API key, which has neither password nor logins */
export function ownUserOf({ kind, id, sessionId }: Principal): { userId: string; sessionId: string } {
  if (kind === 'user' && sessionId !== null) return { userId: id, sessionId };
  throw new DomainError('forbidden', 'An API key has no password and no logins. Log in as a user.');
}
