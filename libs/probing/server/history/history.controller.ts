import type { Scope } from '@icmp-mon/identity/contract';
import { CallerScope, RequirePermission } from '@icmp-mon/platform/http';
import { Controller, Get, Param, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiTags, ApiParam } from '@nestjs/swagger';
import { TARGET_PARAMETER } from '../results/results.dto';
import { AgentLanesResponse, ReadAgentLanesRequest } from './agent-lanes.dto';
import { HistoryResponse, ReadHistoryRequest } from './history.dto';
import { ReadAgentLanes } from './read-agent-lanes';
import { ReadHistory } from './read-history';

@ApiTags('results')
@Controller('api/v1/targets/:id/history')
export class HistoryController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  @RequirePermission('results:read')
  @ApiOperation({
    summary: 'Loss and latency of a target in windows of equal length, oldest first',
    description:
      'Over all agents. Windows without results are omitted. Percentiles are within 2 %. Hours, days and months ' +
      'are in UTC; the current ones contain the results so far.',
  })
  @ApiOkResponse({ type: HistoryResponse })
  @ApiParam(TARGET_PARAMETER)
  read(
    @Param('id') ref: string,
    @Query() query: ReadHistoryRequest,
    @CallerScope() scope: Scope,
  ): Promise<HistoryResponse> {
    return this.queries.execute(new ReadHistory(ref, query, scope));
  }

  @Get('agents')
  @RequirePermission('results:read')
  @ApiOperation({
    summary: 'Loss and latency of a target by agent, in windows of equal length',
    description: 'At most two days. The windows are 5, 10, 15 or 30 minutes long, so that there are at most 300.',
  })
  @ApiOkResponse({ type: AgentLanesResponse })
  @ApiParam(TARGET_PARAMETER)
  readLanes(
    @Param('id') ref: string,
    @Query() query: ReadAgentLanesRequest,
    @CallerScope() scope: Scope,
  ): Promise<AgentLanesResponse> {
    return this.queries.execute(new ReadAgentLanes(ref, query, scope));
  }
}
