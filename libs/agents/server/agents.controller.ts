import type { AgentMetrics, AgentView } from '@icmp-mon/agents/contract';
import { entityTag, RequirePermission } from '@icmp-mon/platform/http';
import { Controller, Get, Param, ParseUUIDPipe, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { AgentShares } from './agent-shares';
import { ReadAgentMetrics } from './agent-metrics';
import {
  AgentMetricsResponse,
  ReadAgentMetricsRequest,
  AgentResponse,
  AgentListResponse,
  ListAgentsRequest,
} from './agents.dto';
import { ListAgents } from './list-agents';

@ApiTags('agents')
@Controller('api/v1/agents')
@RequirePermission('agents:read')
export class AgentsController {
  constructor(
    private readonly agents: ListAgents,
    private readonly shares: AgentShares,
    private readonly metrics: ReadAgentMetrics,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Vantage points by name, with what they last reported' })
  @ApiOkResponse({ type: AgentListResponse })
  async list(@Query() { state }: ListAgentsRequest): Promise<AgentListResponse> {
    return { items: await this.shares.addTo(await this.agents.list(state)) };
  }

  @Get(':id')
  @ApiOperation({ summary: 'One vantage point' })
  @ApiOkResponse({ type: AgentResponse })
  async get(
    @Param('id', ParseUUIDPipe) id: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<AgentView> {
    const [agent] = await this.shares.addTo([await this.agents.get(id)]);
    response.setHeader('ETag', entityTag(agent.version));
    return agent;
  }

  @Get(':id/metrics')
  @ApiOperation({ summary: 'Its figures over time: at most 720 points, the last hour unless said' })
  @ApiOkResponse({ type: AgentMetricsResponse })
  metricsOf(@Param('id', ParseUUIDPipe) id: string, @Query() query: ReadAgentMetricsRequest): Promise<AgentMetrics> {
    return this.metrics.read(id, query);
  }
}
