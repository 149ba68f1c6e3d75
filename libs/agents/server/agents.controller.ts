import { RequirePermission, Versioned } from '@icmp-mon/platform/http';
import { Controller, Get, Param, ParseUUIDPipe, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiTags, ApiParam } from '@nestjs/swagger';
import { AgentMetricsResponse, ReadAgentMetricsRequest } from './agent-metrics.dto';
import { AGENT_PARAMETER, AgentListResponse, AgentResponse, ListAgentsRequest } from './agents.dto';
import { ListAgents } from './list-agents';
import { ReadAgent } from './read-agent';
import { ReadAgentMetrics } from './read-agent-metrics';

@ApiTags('agents')
@Controller('api/v1/agents')
@RequirePermission('agents:read')
export class AgentsController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  @ApiOperation({ summary: 'List agents by name, with their last reports' })
  @ApiOkResponse({ type: AgentListResponse })
  list(@Query() { state }: ListAgentsRequest): Promise<AgentListResponse> {
    return this.queries.execute(new ListAgents(state));
  }

  @Get(':id')
  @Versioned()
  @ApiOperation({ summary: 'Read an agent' })
  @ApiOkResponse({ type: AgentResponse })
  @ApiParam(AGENT_PARAMETER)
  get(@Param('id', ParseUUIDPipe) id: string): Promise<AgentResponse> {
    return this.queries.execute(new ReadAgent(id));
  }

  @Get(':id/metrics')
  @ApiOperation({ summary: "Read an agent's metrics over time: at most 720 points, the last hour unless set" })
  @ApiOkResponse({ type: AgentMetricsResponse })
  @ApiParam(AGENT_PARAMETER)
  metricsOf(
    @Param('id', ParseUUIDPipe) id: string,
    @Query() query: ReadAgentMetricsRequest,
  ): Promise<AgentMetricsResponse> {
    return this.queries.execute(new ReadAgentMetrics(id, query));
  }
}
