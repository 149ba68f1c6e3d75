import type { Scope } from '@icmp-mon/identity/contract';
import {
  Authenticator,
  Caller,
  CallerScope,
  drainedOf,
  lastEventIdOf,
  type Principal,
  RequirePermission,
  sendEventStream,
} from '@icmp-mon/platform/http';
import { Controller, Get, Param, ParseUUIDPipe, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { type CommandMessages, CommandStream } from './command-stream';
import { COMMAND_ID } from './commands.controller';
import { FollowCommandRequest } from './commands.dto';

const OWN_STREAM: CommandMessages = {
  ofAgent: (_id, agent) => ({ event: 'agent', data: agent }),
  ofCommand: (_after, command) => ({ id: String(command.change), event: 'command', data: command }),
};

@ApiTags('commands')
@Controller('api/v1/commands/:id/live')
export class CommandStreamController {
  constructor(
    private readonly changes: CommandStream,
    private readonly authenticator: Authenticator,
  ) {}

  @Get()
  @RequirePermission('commands:read')
  @ApiOperation({
    summary: 'Follow a command as its agents answer',
    description:
      'Server-sent events: agent (the answer of an agent so far, with its trace), command (state and counts). The stream ends with the ' +
      'command. Last-Event-ID resumes; 204 when nothing follows.',
  })
  @ApiParam(COMMAND_ID)
  @ApiProduces('text/event-stream')
  @ApiOkResponse({ description: 'The stream.', schema: { type: 'string' } })
  async stream(
    @Param('id', ParseUUIDPipe) id: string,
    @Query() _query: FollowCommandRequest,
    @Req() request: Request,
    @Res() response: Response,
    @Caller() principal: Principal,
    @CallerScope() scope: Scope,
  ): Promise<void> {
    const received = Number(lastEventIdOf(request) ?? 0);
    const after = Number.isSafeInteger(received) ? Math.max(0, received) : 0;
    if (await this.changes.isComplete(id, scope, after)) {
      // An EventSource reconnects after any end but this status.
      response.status(204).end();
      return;
    }
    const whenDrained = drainedOf(response);
    const sources = [this.changes.followCommand({ id, scope, after, whenDrained, messages: OWN_STREAM })];
    sendEventStream(request, response, { principal, authenticator: this.authenticator, sources });
  }
}
