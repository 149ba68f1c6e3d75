import type { CreatedUser, PasswordLink } from '@icmp-mon/identity/contract';
import { Caller, Metadata, type Principal, type RequestMetadata, RequirePermission } from '@icmp-mon/platform/http';
import { Body, Controller, Delete, Get, HttpCode, Param, ParseUUIDPipe, Post, Put } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import { ChangeScopeRequest, EndedLoginsResponse, OwnLoginListResponse } from './access.dto';
import { ChangeRole } from './accounts/change-role';
import { ChangeUserScope } from './accounts/change-user-scope';
import { CreateUser } from './accounts/create-user';
import { DisableUser } from './accounts/disable-user';
import { EnableUser } from './accounts/enable-user';
import { EraseUser } from './accounts/erase-user';
import { IssuePasswordLink } from './accounts/issue-password-link';
import { ListUsers } from './accounts/list-users';
import { RemoveUser } from './accounts/remove-user';
import { ResetSecondFactor } from './second-factor/reset-second-factor';
import { EndLogins } from './sessions/end-logins';
import { ListLogins } from './sessions/list-logins';
import {
  ChangeRoleRequest,
  CreatedUserResponse,
  CreateUserRequest,
  PasswordLinkResponse,
  USER_PARAMETER,
  UserListResponse,
} from './users.dto';

@ApiTags('access')
@Controller('api/v1/users')
@RequirePermission('access:manage')
export class UsersController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get()
  @ApiOperation({ summary: 'List users by name' })
  @ApiOkResponse({ type: UserListResponse })
  list(): Promise<UserListResponse> {
    return this.queries.execute(new ListUsers());
  }

  @Post()
  @ApiOperation({
    summary: 'Create a user, and an invitation link with which the user sets a password within 72 hours',
  })
  @ApiCreatedResponse({ type: CreatedUserResponse })
  create(
    @Body() body: CreateUserRequest,
    @Metadata() metadata: RequestMetadata,
    @Caller() caller: Principal,
  ): Promise<CreatedUser> {
    return this.commands.execute(new CreateUser(body, metadata, caller));
  }

  @Put(':id/role')
  @HttpCode(204)
  @ApiOperation({ summary: "Change a user's role, also for existing logins; not of the last administrator" })
  @ApiParam(USER_PARAMETER)
  @ApiNoContentResponse()
  changeRole(
    @Param('id', ParseUUIDPipe) userId: string,
    @Body() { role }: ChangeRoleRequest,
    @Metadata() metadata: RequestMetadata,
    @Caller() caller: Principal,
  ): Promise<void> {
    return this.commands.execute(new ChangeRole(userId, role, metadata, caller));
  }

  @Put(':id/scope')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Limit a user to the targets of a filter, or remove the limit; also for existing logins',
    description: 'Not of an administrator (docs/how-to/accounts.md).',
  })
  @ApiParam(USER_PARAMETER)
  @ApiNoContentResponse()
  changeScope(
    @Param('id', ParseUUIDPipe) userId: string,
    @Body() { scope }: ChangeScopeRequest,
    @Metadata() metadata: RequestMetadata,
    @Caller() caller: Principal,
  ): Promise<void> {
    return this.commands.execute(new ChangeUserScope(userId, scope, metadata, caller));
  }

  @Post(':id/disable')
  @HttpCode(204)
  @ApiOperation({ summary: "Disable a user and end the user's logins; not the last administrator" })
  @ApiParam(USER_PARAMETER)
  @ApiNoContentResponse()
  disable(
    @Param('id', ParseUUIDPipe) userId: string,
    @Metadata() metadata: RequestMetadata,
    @Caller() caller: Principal,
  ): Promise<void> {
    return this.commands.execute(new DisableUser(userId, metadata, caller));
  }

  @Post(':id/enable')
  @HttpCode(204)
  @ApiOperation({ summary: 'Let a disabled user log in again' })
  @ApiParam(USER_PARAMETER)
  @ApiNoContentResponse()
  enable(
    @Param('id', ParseUUIDPipe) userId: string,
    @Metadata() metadata: RequestMetadata,
    @Caller() caller: Principal,
  ): Promise<void> {
    return this.commands.execute(new EnableUser(userId, metadata, caller));
  }

  @Post(':id/password-link')
  @ApiOperation({
    summary: 'Create a link with which a user sets a new password once',
    description:
      'It replaces an earlier link. Valid for 24 hours, for an invited user 72 hours. The current password stays valid until the link is used.',
  })
  @ApiParam(USER_PARAMETER)
  @ApiCreatedResponse({ type: PasswordLinkResponse })
  issuePasswordLink(
    @Param('id', ParseUUIDPipe) userId: string,
    @Metadata() metadata: RequestMetadata,
    @Caller() caller: Principal,
  ): Promise<PasswordLink> {
    return this.commands.execute(new IssuePasswordLink(userId, metadata, caller));
  }

  @Delete(':id/second-factor')
  @HttpCode(204)
  @ApiOperation({ summary: "Reset a user's second factor, and end all logins of the user" })
  @ApiParam(USER_PARAMETER)
  @ApiNoContentResponse()
  resetSecondFactor(
    @Param('id', ParseUUIDPipe) userId: string,
    @Metadata() metadata: RequestMetadata,
    @Caller() caller: Principal,
  ): Promise<void> {
    return this.commands.execute(new ResetSecondFactor(userId, metadata, caller));
  }

  @Get(':id/logins')
  @ApiOperation({ summary: 'List the active logins of a user' })
  @ApiParam(USER_PARAMETER)
  @ApiOkResponse({ type: OwnLoginListResponse })
  logins(
    @Param('id', ParseUUIDPipe) userId: string,
    @Caller() { sessionId }: Principal,
  ): Promise<OwnLoginListResponse> {
    return this.queries.execute(new ListLogins({ userId, sessionId }));
  }

  @Delete(':id/logins')
  @ApiOperation({ summary: 'End all logins of a user' })
  @ApiParam(USER_PARAMETER)
  @ApiOkResponse({ type: EndedLoginsResponse })
  async endLogins(
    @Param('id', ParseUUIDPipe) userId: string,
    @Metadata() metadata: RequestMetadata,
    @Caller() caller: Principal,
  ): Promise<EndedLoginsResponse> {
    return { ended: await this.commands.execute(new EndLogins({ userId }, metadata, caller)) };
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Remove a user and end their logins; not the last administrator' })
  @ApiParam(USER_PARAMETER)
  @ApiNoContentResponse()
  remove(
    @Param('id', ParseUUIDPipe) userId: string,
    @Metadata() metadata: RequestMetadata,
    @Caller() caller: Principal,
  ): Promise<void> {
    return this.commands.execute(new RemoveUser(userId, metadata, caller));
  }

  @Delete(':id/personal-data')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Erase the name of a removed user',
    description: 'The audit log shows "(erased)" in its place. Cannot be undone. Answers 409 while the user exists.',
  })
  @ApiParam(USER_PARAMETER)
  @ApiNoContentResponse()
  erasePersonalData(@Param('id', ParseUUIDPipe) userId: string, @Metadata() metadata: RequestMetadata): Promise<void> {
    return this.commands.execute(new EraseUser(userId, metadata));
  }
}
