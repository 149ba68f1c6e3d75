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
import {
  BaselineBandsResponse,
  PairBaselinesResponse,
  ReadBaselineBandsRequest,
  ReadPairBaselinesRequest,
} from './baselines.dto';
import { RecalculateRequest, RecalculationListResponse, RecalculationResponse } from './recalculations.dto';
import { ReadBaselineBands } from './read/read-baseline-bands';
import { ReadPairBaselines } from './read/read-pair-baselines';
import { ListRecalculations } from './recalculations/list-recalculations';
import { ReadRecalculation } from './recalculations/read-recalculation';
import { RequestRecalculation } from './recalculations/request-recalculation';

const UUID = { type: 'string', format: 'uuid' } as const;
const TARGET = { description: 'Id of the target, or its address.', schema: { type: 'string' } } as const;

@ApiTags('baselines')
@Controller('api/v1')
@RequirePermission('results:read')
export class BaselinesController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get('baselines/:agentId/:targetId')
  @ApiOperation({
    summary: 'Read what is usual for an agent and a target, by check',
    description: 'Checks that expect an answer. Calculated every hour from the latest 24 good hours of 8 days.',
  })
  @ApiParam({ name: 'agentId', description: 'Id of the agent.', schema: UUID })
  @ApiParam({ name: 'targetId', ...TARGET })
  @ApiOkResponse({ type: PairBaselinesResponse })
  readPair(
    @Param('agentId', ParseUUIDPipe) agentId: string,
    @Param('targetId') target: string,
    @Query() { vrf }: ReadPairBaselinesRequest,
    @CallerScope() scope: Scope,
  ): Promise<PairBaselinesResponse> {
    return this.queries.execute(new ReadPairBaselines(agentId, target, vrf, scope));
  }

  @Get('targets/:id/baselines')
  @ApiOperation({
    summary: 'Read the usual round-trip times of a target over a time, by agent',
    description:
      'A point where the level changed, and the one before the range; each holds until the next one. Kept for 13 months.',
  })
  @ApiParam({ name: 'id', ...TARGET })
  @ApiOkResponse({ type: BaselineBandsResponse })
  readBands(
    @Param('id') ref: string,
    @Query() query: ReadBaselineBandsRequest,
    @CallerScope() scope: Scope,
  ): Promise<BaselineBandsResponse> {
    return this.queries.execute(new ReadBaselineBands(ref, query, scope));
  }

  @Post('baselines/recalculate')
  @HttpCode(202)
  @RequirePermission('baselines:recalculate')
  @Idempotent('recalculate-baselines')
  @Located('/api/v1/baseline-recalculations')
  @ApiOperation({
    summary: 'Calculate baselines again, now',
    description:
      'All shards, some, or those of some targets. `forget` makes the latest hours usual, such as after planned work.',
  })
  @ApiAcceptedResponse({ type: RecalculationResponse })
  @ApiNotFoundResponse()
  recalculate(@Body() body: RecalculateRequest, @Metadata() metadata: RequestMetadata): Promise<RecalculationResponse> {
    return this.commands.execute(new RequestRecalculation(body, metadata));
  }

  @Get('baseline-recalculations')
  @RequirePermission('baselines:recalculate')
  @ApiOperation({ summary: 'List recalculations of baselines, newest first', description: 'Kept for 30 days.' })
  @ApiOkResponse({ type: RecalculationListResponse })
  list(): Promise<RecalculationListResponse> {
    return this.queries.execute(new ListRecalculations());
  }

  @Get('baseline-recalculations/:id')
  @RequirePermission('baselines:recalculate')
  @ApiOperation({ summary: 'Read a recalculation of baselines with its progress' })
  @ApiParam({ name: 'id', description: 'Id of the recalculation.', schema: UUID })
  @ApiOkResponse({ type: RecalculationResponse })
  read(@Param('id', ParseUUIDPipe) id: string): Promise<RecalculationResponse> {
    return this.queries.execute(new ReadRecalculation(id));
  }
}
