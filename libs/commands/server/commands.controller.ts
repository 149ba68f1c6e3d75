import type { Scope } from '@icmp-mon/identity/contract';
import {
  CallerScope,
  Idempotent,
  Located,
  Metadata,
  type RequestMetadata,
  RequirePermission,
} from '@icmp-mon/platform/http';
import { Body, Controller, Get, HttpCode, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import {
  ApiAcceptedResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import { CancelCommand } from './cancel-command';
import { CommandListResponse, CommandResponse, CommandTrailResponse } from './command-views.dto';
import { ListCommandsRequest, RequestCommandRequest } from './commands.dto';
import { ListCommands } from './list-commands';
import { ReadCommand } from './read-command';
import { ReadCommandTrail } from './read-command-trail';
import { RequestCommand } from './request-command';

const PATH = '/api/v1/commands';
export const COMMAND_ID = {
  name: 'id',
  description: 'Id of the command.',
  schema: { type: 'string', format: 'uuid' },
} as const;

@ApiTags('commands')
@Controller(PATH)
@RequirePermission('commands:read')
export class CommandsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Post()
  @HttpCode(202)
  @RequirePermission('commands:run')
  @Idempotent('request-command')
  @Located(PATH)
  @ApiOperation({
    summary: 'Probe a target now from several agents',
    description:
      'Connected agents receive the command within a second, and run it if their policy files allow it. Read or follow the command for ' +
      'the answers.',
  })
  @ApiAcceptedResponse({ type: CommandResponse })
  request(
    @Body() body: RequestCommandRequest,
    @Metadata() metadata: RequestMetadata,
    @CallerScope() scope: Scope,
  ): Promise<CommandResponse> {
    return this.commands.execute(new RequestCommand(body, scope, metadata));
  }

  @Get()
  @ApiOperation({ summary: 'List the commands of the last 30 days' })
  @ApiOkResponse({ type: CommandListResponse })
  @ApiNotFoundResponse()
  list(@Query() page: ListCommandsRequest, @CallerScope() scope: Scope): Promise<CommandListResponse> {
    return this.queries.execute(new ListCommands(page, scope));
  }

  @Get(':id')
  @ApiOperation({ summary: 'Read a command with the answers of its agents' })
  @ApiParam(COMMAND_ID)
  @ApiOkResponse({ type: CommandResponse })
  read(@Param('id', ParseUUIDPipe) id: string, @CallerScope() scope: Scope): Promise<CommandResponse> {
    return this.queries.execute(new ReadCommand(id, scope));
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @RequirePermission('commands:run')
  @ApiOperation({ summary: 'Cancel a command', description: 'Agents that have not answered stop running it.' })
  @ApiParam(COMMAND_ID)
  @ApiOkResponse({ type: CommandResponse })
  cancel(
    @Param('id', ParseUUIDPipe) id: string,
    @Metadata() metadata: RequestMetadata,
    @CallerScope() scope: Scope,
  ): Promise<CommandResponse> {
    return this.commands.execute(new CancelCommand(id, scope, metadata));
  }

  @Get(':id/agents/:agentId/trail')
  @ApiOperation({ summary: 'Read what an agent did for a command, step by step', description: 'Kept for 24 hours.' })
  @ApiParam(COMMAND_ID)
  @ApiParam({ name: 'agentId', description: 'Id of the agent.', schema: { type: 'string', format: 'uuid' } })
  @ApiOkResponse({ type: CommandTrailResponse })
  readTrail(
    @Param('id', ParseUUIDPipe) id: string,
    @Param('agentId', ParseUUIDPipe) agentId: string,
    @CallerScope() scope: Scope,
  ): Promise<CommandTrailResponse> {
    return this.queries.execute(new ReadCommandTrail(id, agentId, scope));
  }
}
