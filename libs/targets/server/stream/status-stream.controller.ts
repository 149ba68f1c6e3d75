import {
  Authenticator,
  Caller,
  drainedOf,
  lastEventIdOf,
  type Principal,
  RequirePermission,
  sendEventStream,
  StreamSources,
} from '@icmp-mon/platform/http';
import { DomainError } from '@icmp-mon/platform/errors';
import { LIVE_TARGETS_MAX } from '@icmp-mon/targets/contract';
import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';

/** The one multiplexed stream that a browser holds. */
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
      'Server-sent events: target, removed, counts, freshness (how old what is shown is; every 2 s), reset; with ?live= also result. Last-Event-ID resumes; reset asks to read the list again.',
  })
  @ApiQuery({
    name: 'live',
    required: false,
    type: String,
    description: `Ids of targets whose results to stream too, at most ${LIVE_TARGETS_MAX}, with commas between.`,
  })
  @ApiQuery({
    name: 'lastEventId',
    required: false,
    type: String,
    description: 'For clients that cannot send Last-Event-ID.',
  })
  @ApiProduces('text/event-stream')
  @ApiOkResponse({ description: 'The stream.', schema: { type: 'string' } })
  stream(@Req() request: Request, @Res() response: Response, @Caller() principal: Principal): void {
    const query = Object.fromEntries(
      Object.entries(request.query).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    );
    const sources = this.sources.open({
      query,
      lastEventId: lastEventIdOf(request),
      principal,
      drained: drainedOf(response),
    });
    if (sources.length === 0) throw new DomainError('unavailable', 'This server has nothing to stream.');
    sendEventStream(request, response, { principal, authenticator: this.authenticator, sources });
  }
}
