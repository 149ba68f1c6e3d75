import type { AgentPolicyView } from '@icmp-mon/agents/contract';
import { RequirePermission } from '@icmp-mon/platform/http';
import { Controller, Get, Param, ParseUUIDPipe } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { AgentPolicyResponse } from './agent-policy.dto';
import { ReadAgentPolicy } from './read-agent-policy';

@ApiTags('agents')
@Controller('api/v1/agents')
export class AgentPolicyController {
  constructor(private readonly queries: QueryBus) {}

  @Get(':id/policy')
  @RequirePermission('agents:read')
  @ApiOperation({
    summary: 'Read the policy file of an agent, as the agent reported it',
    description:
      'The agent itself enforces its policy file; the assignment avoids what it refuses. `reported` is null while no report of the agent is stored.',
  })
  @ApiParam({ name: 'id', description: 'Id of the agent.' })
  @ApiOkResponse({ type: AgentPolicyResponse })
  policyOf(@Param('id', ParseUUIDPipe) id: string): Promise<AgentPolicyView> {
    return this.queries.execute(new ReadAgentPolicy(id));
  }
}
