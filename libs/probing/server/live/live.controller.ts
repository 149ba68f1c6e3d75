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
  type StreamPart,
} from '@icmp-mon/platform/http';
import { TargetDirectory } from '@icmp-mon/targets/contract';
import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiParam, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { map, takeUntil } from 'rxjs';
import { leftScope } from './in-scope';
import { FollowResultsRequest, TARGET_PARAMETER } from '../results/results.dto';
import { type LiveMessage, LiveResults } from './live-results';

@ApiTags('results')
@Controller('api/v1/targets/:id/live')
export class LiveController {
  constructor(
    private readonly targets: TargetDirectory,
    private readonly live: LiveResults,
    private readonly authenticator: Authenticator,
  ) {}

  @Get()
  @RequirePermission('results:read')
  @ApiOperation({
    summary: 'Stream the results of a target as they are stored',
    description:
      'Server-sent events: result (a probe result); reset means that results were missed and have to be read again. Last-Event-ID resumes without a gap for an hour.',
  })
  @ApiParam(TARGET_PARAMETER)
  @ApiProduces('text/event-stream')
  @ApiOkResponse({ description: 'The stream.', schema: { type: 'string' } })
  async stream(
    @Param('id') reference: string,
    @Query() query: FollowResultsRequest,
    @Req() request: Request,
    @Res() response: Response,
    @Caller() principal: Principal,
    @CallerScope() scope: Scope,
  ): Promise<void> {
    const target = await this.targets.findTarget(reference, query.vrf, scope);
    const results = this.live
      .streamResults(target.key, lastEventIdOf(request), drainedOf(response))
      .pipe(map(streamPart), takeUntil(leftScope(this.targets, target, scope)));
    sendEventStream(request, response, { principal, authenticator: this.authenticator, sources: [results] });
  }
}

/** Returns the part of a target's stream for a message. */
export function streamPart(message: LiveMessage): StreamPart {
  switch (message.kind) {
    case 'results':
      return message.events.resumable();
    case 'seen':
      return { id: message.id };
    case 'reset':
      return { event: 'reset', data: {} };
  }
}
