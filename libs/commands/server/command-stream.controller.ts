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
import { CommandStream } from './command-stream';
import { COMMAND_ID } from './commands.controller';
import { FollowCommandRequest } from './commands.dto';

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
      'command. Last-Event-ID resumes.',
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
    await this.changes.requireVisible(id, scope);
    const after = Number(lastEventIdOf(request) ?? 0);
    const known = Number.isSafeInteger(after) ? Math.max(0, after) : 0;
    const whenDrained = drainedOf(response);
    const sources = [this.changes.followCommand({ id, scope, after: known, whenDrained })];
    sendEventStream(request, response, { principal, authenticator: this.authenticator, sources });
  }
}
