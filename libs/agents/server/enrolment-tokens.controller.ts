import type { EnrolmentTokenCreated } from '@icmp-mon/agents/contract';
import { Caller, Metadata, type Principal, type RequestMetadata, RequirePermission } from '@icmp-mon/platform/http';
import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CreateEnrolmentToken } from './create-enrolment-token';
import {
  CreateEnrolmentTokenRequest,
  CreatedEnrolmentTokenResponse,
  EnrolmentTokenListResponse,
} from './enrolment-tokens.dto';
import { ListEnrolmentTokens } from './list-enrolment-tokens';
import { RevokeEnrolmentToken } from './revoke-enrolment-token';

@ApiTags('agents')
@Controller('api/v1/enrolment-tokens')
@RequirePermission('agents:enrol')
export class EnrolmentTokensController {
  constructor(
    private readonly creation: CreateEnrolmentToken,
    private readonly tokens: ListEnrolmentTokens,
    private readonly revocation: RevokeEnrolmentToken,
  ) {}

  @Post()
  @ApiOperation({ summary: 'A token with which agents join; it is shown once' })
  @ApiCreatedResponse({ type: CreatedEnrolmentTokenResponse })
  create(
    @Body() body: CreateEnrolmentTokenRequest,
    @Metadata() metadata: RequestMetadata,
    @Caller() caller: Principal,
  ): Promise<EnrolmentTokenCreated> {
    return this.creation.create(body, metadata, caller.name);
  }

  @Get()
  @ApiOperation({ summary: 'Tokens with who made them and what is left of them, newest first; never their secrets' })
  @ApiOkResponse({ type: EnrolmentTokenListResponse })
  async list(): Promise<EnrolmentTokenListResponse> {
    return { items: await this.tokens.list() };
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Revoke a token: it lets no agent in any more' })
  @ApiNoContentResponse()
  revoke(@Param('id') id: string, @Metadata() metadata: RequestMetadata): Promise<void> {
    return this.revocation.revoke(id, metadata);
  }
}
