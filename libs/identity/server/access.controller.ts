import type { IssuedApiKey } from '@icmp-mon/identity/contract';
import { Metadata, type RequestMetadata, RequirePermission } from '@icmp-mon/platform/http';
import { Body, Controller, Delete, Get, HttpCode, Param, ParseUUIDPipe, Post, Put } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiParam,
} from '@nestjs/swagger';
import {
  ApiKeyListResponse,
  EndedLoginsResponse,
  IssueApiKeyRequest,
  IssuedApiKeyResponse,
  ResetPasswordRequest,
  UserListResponse,
} from './access.dto';
import { ListUsers } from './accounts/list-users';
import { ResetPassword } from './accounts/reset-password';
import { IssueApiKey } from './api-keys/issue-api-key';
import { ListApiKeys } from './api-keys/list-api-keys';
import { RevokeApiKey } from './api-keys/revoke-api-key';
import { EndLogins } from './sessions/end-logins';

/** Parameter of the routes below one user. */
const USER_PARAMETER = { name: 'id', description: 'Id of the user.' } as const;

@ApiTags('access')
@Controller('api/v1')
@RequirePermission('access:manage')
export class AccessController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get('users')
  @ApiOperation({ summary: 'List accounts by name' })
  @ApiOkResponse({ type: UserListResponse })
  users(): Promise<UserListResponse> {
    return this.queries.execute(new ListUsers());
  }

  @Put('users/:id/password')
  @HttpCode(204)
  @ApiOperation({ summary: "Set a user's password and end all of the user's logins" })
  @ApiParam(USER_PARAMETER)
  @ApiNoContentResponse()
  resetPassword(
    @Param('id', ParseUUIDPipe) userId: string,
    @Body() { newPassword }: ResetPasswordRequest,
    @Metadata() metadata: RequestMetadata,
  ): Promise<void> {
    return this.commands.execute(new ResetPassword(userId, newPassword, metadata));
  }

  @Delete('users/:id/logins')
  @ApiOperation({ summary: 'End all logins of a user' })
  @ApiParam(USER_PARAMETER)
  @ApiOkResponse({ type: EndedLoginsResponse })
  async endLogins(
    @Param('id', ParseUUIDPipe) userId: string,
    @Metadata() metadata: RequestMetadata,
  ): Promise<EndedLoginsResponse> {
    return { ended: await this.commands.execute(new EndLogins({ userId }, metadata)) };
  }

  @Get('api-keys')
  @ApiOperation({ summary: 'List API keys by name, revoked ones last, without the keys themselves' })
  @ApiOkResponse({ type: ApiKeyListResponse })
  apiKeys(): Promise<ApiKeyListResponse> {
    return this.queries.execute(new ListApiKeys());
  }

  @Post('api-keys')
  @ApiOperation({ summary: 'Create an API key; it is shown only in this response' })
  @ApiCreatedResponse({ type: IssuedApiKeyResponse })
  issueApiKey(@Body() body: IssueApiKeyRequest, @Metadata() metadata: RequestMetadata): Promise<IssuedApiKey> {
    return this.commands.execute(new IssueApiKey(body, metadata));
  }

  @Delete('api-keys/:id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Revoke an API key: it is refused within 5 s' })
  @ApiNoContentResponse()
  @ApiParam({ name: 'id', description: 'Id of the key.' })
  revokeApiKey(@Param('id') keyId: string, @Metadata() metadata: RequestMetadata): Promise<void> {
    return this.commands.execute(new RevokeApiKey(keyId, metadata));
  }
}
