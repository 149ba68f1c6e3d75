import type { EnrolmentTokenCreated } from '@icmp-mon/agents/contract';
import { RequirePermission } from '@icmp-mon/platform/http';
import { Body, Controller, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { EnrolmentTokenBody, EnrolmentTokenDocument } from './agents-documents';
import { CreateEnrolmentToken } from './create-enrolment-token';

@ApiTags('agents')
@Controller('api/v1/enrolment-tokens')
@RequirePermission('agents:enrol')
export class EnrolmentTokensController {
  constructor(private readonly tokens: CreateEnrolmentToken) {}

  @Post()
  @ApiOperation({ summary: 'A token with which agents join; it is shown once' })
  @ApiCreatedResponse({ type: EnrolmentTokenDocument })
  create(@Body() body: EnrolmentTokenBody): Promise<EnrolmentTokenCreated> {
    return this.tokens.create(body);
  }
}
