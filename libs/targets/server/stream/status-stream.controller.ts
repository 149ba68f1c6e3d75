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
  StreamSources,
} from '@icmp-mon/platform/http';
import { DomainError } from '@icmp-mon/platform/errors';
import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { FollowListRequest } from './follow-list.dto';

/** The multiplexed event stream of a browser. */
@ApiTags('status')
@Controller('api/v1/status/stream')
export class StatusStreamController {
  constructor(
    private readonly sources: StreamSources,
    private readonly authenticator: Authenticator,
  ) {}

  @Get()
  @RequirePermission('status:read')
  @ApiOperation({
    summary: 'Follow the target list',
    description:
      'Server-sent events: target, removed, counts, freshness (the age of the data, every 2 s), maintenance (windows or the targets in them changed), reset; with ?live= also result, with ?commands= also command-agent and command-change. ' +
      'Last-Event-ID resumes; after reset the client must read the list again.',
  })
  @ApiProduces('text/event-stream')
  @ApiOkResponse({ description: 'The stream.', schema: { type: 'string' } })
  stream(
    @Query() { live, commands }: FollowListRequest,
    @Req() request: Request,
    @Res() response: Response,
    @Caller() principal: Principal,
    @CallerScope() _scope: Scope,
  ): void {
    const sources = this.sources.openStreams({
      query: { ...(live !== undefined && { live }), ...(commands !== undefined && { commands }) },
      lastEventId: lastEventIdOf(request),
      principal,
      whenDrained: drainedOf(response),
    });
    if (sources.length === 0) throw new DomainError('unavailable', 'This server has nothing to stream.');
    sendEventStream(request, response, { principal, authenticator: this.authenticator, sources });
  }
}
