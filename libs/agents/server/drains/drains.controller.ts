import { Idempotent, Located, Metadata, type RequestMetadata, RequirePermission } from '@icmp-mon/platform/http';
import { Body, Controller, Get, HttpCode, Param, ParseUUIDPipe, Post } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { CancelDrainJob } from './cancel-drain-job';
import { DrainAgentsRequest, DrainJobListResponse, DrainJobResponse } from './drains.dto';
import { ListDrainJobs } from './list-drain-jobs';
import { ReadDrainJob } from './read-drain-job';
import { RequestDrain } from './request-drain';

const ID = { name: 'id', description: 'Id of the job.', schema: { type: 'string', format: 'uuid' } } as const;

@ApiTags('agents')
@Controller('/api/v1')
@RequirePermission('agents:read')
export class DrainsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Post('agents\\:drain')
  @HttpCode(202)
  @RequirePermission('agents:write')
  @Idempotent('drain-agents')
  @Located('/api/v1/agent-drains')
  @ApiOperation({
    summary: 'Drain several agents, some at a time',
    description:
      'A job drains the next agent when one holds no targets. It pauses while more targets than at its start are not placed as their tiers ' +
      'ask, and stops when no target moves. Drained agents stay connected until they are retired, or their drain is cancelled.',
  })
  @ApiAcceptedResponse({ type: DrainJobResponse })
  drain(@Body() body: DrainAgentsRequest, @Metadata() metadata: RequestMetadata): Promise<DrainJobResponse> {
    return this.commands.execute(new RequestDrain(body, metadata));
  }

  @Get('agent-drains')
  @ApiOperation({ summary: 'List the jobs that drain several agents' })
  @ApiOkResponse({ type: DrainJobListResponse })
  list(): Promise<DrainJobListResponse> {
    return this.queries.execute(new ListDrainJobs());
  }

  @Get('agent-drains/:id')
  @ApiOperation({ summary: 'Read a job that drains several agents' })
  @ApiParam(ID)
  @ApiOkResponse({ type: DrainJobResponse })
  read(@Param('id', ParseUUIDPipe) id: string): Promise<DrainJobResponse> {
    return this.queries.execute(new ReadDrainJob(id));
  }

  @Post('agent-drains/:id/cancel')
  @HttpCode(200)
  @RequirePermission('agents:write')
  @ApiOperation({
    summary: 'Cancel a job that drains several agents',
    description: 'It drains no further agent. Agents whose drain has begun continue to drain.',
  })
  @ApiParam(ID)
  @ApiOkResponse({ type: DrainJobResponse })
  cancel(@Param('id', ParseUUIDPipe) id: string, @Metadata() metadata: RequestMetadata): Promise<DrainJobResponse> {
    return this.commands.execute(new CancelDrainJob(id, metadata));
  }
}
