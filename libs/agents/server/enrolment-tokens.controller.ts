import { Caller, Metadata, type Principal, type RequestMetadata, RequirePermission } from '@icmp-mon/platform/http';
import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiParam,
} from '@nestjs/swagger';
import { CreateEnrolmentToken } from './create-enrolment-token';
import {
  CreatedEnrolmentTokenResponse,
  CreateEnrolmentTokenRequest,
  EnrolmentTokenListResponse,
} from './enrolment-tokens.dto';
import { ListEnrolmentTokens } from './list-enrolment-tokens';
import { RevokeEnrolmentToken } from './revoke-enrolment-token';

@ApiTags('agents')
@Controller('api/v1/enrolment-tokens')
@RequirePermission('agents:enrol')
export class EnrolmentTokensController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Post()
  @ApiOperation({ summary: 'Create an enrolment token; it is shown only in this response' })
  @ApiCreatedResponse({ type: CreatedEnrolmentTokenResponse })
  create(
    @Body() body: CreateEnrolmentTokenRequest,
    @Metadata() metadata: RequestMetadata,
    @Caller() caller: Principal,
  ): Promise<CreatedEnrolmentTokenResponse> {
    return this.commands.execute(new CreateEnrolmentToken(body, metadata, caller.name));
  }

  @Get()
  @ApiOperation({
    summary: 'List enrolment tokens with their creators and remaining uses, newest first, without secrets',
  })
  @ApiOkResponse({ type: EnrolmentTokenListResponse })
  list(): Promise<EnrolmentTokenListResponse> {
    return this.queries.execute(new ListEnrolmentTokens());
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Revoke a token: no agent can enrol with it' })
  @ApiNoContentResponse()
  @ApiParam({ name: 'id', description: 'Id of the token.' })
  revoke(@Param('id') id: string, @Metadata() metadata: RequestMetadata): Promise<void> {
    return this.commands.execute(new RevokeEnrolmentToken(id, metadata));
  }
}
