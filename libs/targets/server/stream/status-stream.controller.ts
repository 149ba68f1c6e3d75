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
import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';

/** The one multiplexed stream that a browser tab holds. */
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
      'Server-sent events: target, removed, counts, reset; with ?live= also result. Last-Event-ID resumes; reset asks to read the list anew.',
  })
  @ApiQuery({ name: 'live', required: false, type: String, description: 'Id of a target whose results to stream too.' })
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
