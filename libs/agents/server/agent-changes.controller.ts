import type { AgentChange } from '@icmp-mon/agents/contract';
import {
  Idempotent,
  IF_MATCH_HEADER,
  IfMatch,
  Metadata,
  type RequestMetadata,
  RequirePermission,
  Versioned,
} from '@icmp-mon/platform/http';
import { applyDecorators, Body, Controller, HttpCode, Param, ParseUUIDPipe, Patch, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiConsumes, ApiHeader, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import {
  ChangeAgentDescriptionRequest,
  ChangeAgentRequest,
  ChangedAgentResponse,
  DescribedAgentResponse,
  RetireAgentRequest,
} from './agent-changes.dto';
import { AGENT_PARAMETER } from './agents.dto';
import { ChangeAgent } from './change-agent';
import { ChangeAgentDescription } from './change-agent-description';

const Change = (change: AgentChange, summary: string): MethodDecorator =>
  applyDecorators(
    Post(change),
    HttpCode(200),
    Idempotent(`agent-${change}`),
    Versioned(),
    ApiOperation({ summary, description: 'Has no effect on an agent that is already in the resulting state.' }),
    ApiHeader(IF_MATCH_HEADER),
    ApiParam(AGENT_PARAMETER),
    ApiOkResponse({ type: ChangedAgentResponse }),
  );

const Id = (): ParameterDecorator => Param('id', ParseUUIDPipe);

@ApiTags('agents')
@Controller('api/v1/agents/:id')
@RequirePermission('agents:write')
export class AgentChangesController {
  constructor(private readonly commands: CommandBus) {}

  @Patch()
  @Idempotent('describe-agent')
  @Versioned()
  @ApiOperation({
    summary: 'Change name, region, provider, tags or capacity of an agent',
    description:
      'A merge patch (RFC 7396), also as application/json: absent members stay unchanged. What an operator sets takes precedence over the ' +
      "agent's own settings, also after it enrols again. A patch that changes nothing creates no event.",
  })
  @ApiHeader(IF_MATCH_HEADER)
  @ApiParam(AGENT_PARAMETER)
  @ApiConsumes('application/merge-patch+json', 'application/json')
  @ApiOkResponse({ type: DescribedAgentResponse })
  describe(
    @Id() id: string,
    @Body() body: ChangeAgentDescriptionRequest,
    @Metadata() by: RequestMetadata,
    @IfMatch() at?: number,
  ) {
    return this.commands.execute(new ChangeAgentDescription(id, body, by, at));
  }

  @Change('drain', 'Drain an agent: its targets move to other agents')
  drain(@Id() id: string, @Body() body: ChangeAgentRequest, @Metadata() by: RequestMetadata, @IfMatch() at?: number) {
    return this.commands.execute(new ChangeAgent(id, 'drain', body, by, at));
  }

  @Change('cancel-drain', 'Cancel a drain: the agent is active again')
  cancelDrain(
    @Id() id: string,
    @Body() body: ChangeAgentRequest,
    @Metadata() by: RequestMetadata,
    @IfMatch() at?: number,
  ) {
    return this.commands.execute(new ChangeAgent(id, 'cancel-drain', body, by, at));
  }

  @Change('retire', 'Drain an agent and remove it once it holds no targets; its name becomes free')
  retire(@Id() id: string, @Body() body: RetireAgentRequest, @Metadata() by: RequestMetadata, @IfMatch() at?: number) {
    return this.commands.execute(new ChangeAgent(id, 'retire', body, by, at));
  }

  @Change('evict', "Revoke an agent's credentials; it may enrol again with a token that names it")
  evict(@Id() id: string, @Body() body: ChangeAgentRequest, @Metadata() by: RequestMetadata, @IfMatch() at?: number) {
    return this.commands.execute(new ChangeAgent(id, 'evict', body, by, at));
  }

  @Change('ban', "Revoke an agent's credentials and refuse every token until it is unbanned")
  ban(@Id() id: string, @Body() body: ChangeAgentRequest, @Metadata() by: RequestMetadata, @IfMatch() at?: number) {
    return this.commands.execute(new ChangeAgent(id, 'ban', body, by, at));
  }

  @Change('unban', 'Unban an agent: it may enrol again with a token that names it')
  unban(@Id() id: string, @Body() body: ChangeAgentRequest, @Metadata() by: RequestMetadata, @IfMatch() at?: number) {
    return this.commands.execute(new ChangeAgent(id, 'unban', body, by, at));
  }
}
