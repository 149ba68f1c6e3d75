import type { IssuedApiKey } from '@icmp-mon/identity/contract';
import { Caller, Metadata, type Principal, type RequestMetadata, RequirePermission } from '@icmp-mon/platform/http';
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiParam,
} from '@nestjs/swagger';
import { ApiKeyListResponse, ChangeScopeRequest, IssueApiKeyRequest, IssuedApiKeyResponse } from './access.dto';
import { ChangeKeyScope } from './api-keys/change-key-scope';
import { IssueApiKey } from './api-keys/issue-api-key';
import { ListApiKeys } from './api-keys/list-api-keys';
import { RevokeApiKey } from './api-keys/revoke-api-key';

@ApiTags('access')
@Controller('api/v1/api-keys')
@RequirePermission('access:manage')
export class ApiKeysController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get()
  @ApiOperation({ summary: 'List API keys by name, revoked ones last, without the keys themselves' })
  @ApiOkResponse({ type: ApiKeyListResponse })
  list(): Promise<ApiKeyListResponse> {
    return this.queries.execute(new ListApiKeys());
  }

  @Post()
  @ApiOperation({ summary: 'Create an API key; it is shown only in this response' })
  @ApiCreatedResponse({ type: IssuedApiKeyResponse })
  issue(
    @Body() body: IssueApiKeyRequest,
    @Caller() creator: Principal,
    @Metadata() metadata: RequestMetadata,
  ): Promise<IssuedApiKey> {
    return this.commands.execute(new IssueApiKey(body, creator, metadata));
  }

  @Put(':id/scope')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Limit an API key to the targets of a filter, or remove the limit',
    description: 'Not of a key with permissions of an administrator (docs/how-to/accounts.md).',
  })
  @ApiNoContentResponse()
  @ApiParam({ name: 'id', description: 'Id of the key.' })
  changeScope(
    @Param('id') keyId: string,
    @Body() { scope }: ChangeScopeRequest,
    @Metadata() metadata: RequestMetadata,
    @Caller() caller: Principal,
  ): Promise<void> {
    return this.commands.execute(new ChangeKeyScope(keyId, scope, metadata, caller));
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Revoke an API key: it is refused within 5 s' })
  @ApiNoContentResponse()
  @ApiParam({ name: 'id', description: 'Id of the key.' })
  revoke(
    @Param('id') keyId: string,
    @Metadata() metadata: RequestMetadata,
    @Caller() caller: Principal,
  ): Promise<void> {
    return this.commands.execute(new RevokeApiKey(keyId, metadata, caller));
  }
}
