import type { Scope } from '@icmp-mon/identity/contract';
import {
  CallerScope,
  Idempotent,
  Located,
  Metadata,
  type RequestMetadata,
  RequirePermission,
} from '@icmp-mon/platform/http';
import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiAcceptedResponse, ApiNotFoundResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { CommandResponse } from './command-views.dto';
import { RequestTraceRequest } from './commands.dto';
import { RequestCommand } from './request-command';

@ApiTags('commands')
@Controller('api/v1/targets/:id/mtr')
export class TargetTraceController {
  constructor(private readonly commands: CommandBus) {}

  @Post()
  @HttpCode(202)
  @RequirePermission('commands:run')
  @Idempotent('trace-target')
  @Located('/api/v1/commands')
  @ApiOperation({
    summary: 'Trace the path to a target now from several agents',
    description:
      'A command of the kind mtr. Read or follow the command: the trace of each agent grows while it runs, and the last one remains.',
  })
  @ApiParam({ name: 'id', description: 'Id of the target, or its address.', schema: { type: 'string' } })
  @ApiAcceptedResponse({ type: CommandResponse })
  @ApiNotFoundResponse()
  request(
    @Param('id') target: string,
    @Body() body: RequestTraceRequest,
    @Metadata() metadata: RequestMetadata,
    @CallerScope() scope: Scope,
  ): Promise<CommandResponse> {
    return this.commands.execute(new RequestCommand({ ...body, kind: 'mtr', target }, scope, metadata));
  }
}
