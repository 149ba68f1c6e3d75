import {
  entityTag,
  IdempotencyKey,
  IfMatch,
  Metadata,
  type RequestMetadata,
  RequirePermission,
} from '@icmp-mon/platform/http';
import { JudgedTargets } from '@icmp-mon/status/contract';
import type { StatusCountsView, TargetPage, TargetView } from '@icmp-mon/targets/contract';
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import {
  ApiCreatedResponse,
  ApiHeader,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import type { Response } from 'express';
import { RegisterTarget } from './register-target';
import { RemoveTarget } from './remove-target';
import {
  RegisterTargetRequest,
  StatusCountsResponse,
  TargetResponse,
  ListTargetsRequest,
  TargetPageResponse,
  TargetReferenceRequest,
} from './targets.dto';
import { ListedTargets } from './target-directory';
import { TargetCounts } from './target-list/count-targets';
import { ListTargets } from './target-list/list-targets';

const REF = { name: 'id', description: 'Id of the target, or its address.', schema: { type: 'string' } } as const;

@ApiTags('targets')
@Controller('api/v1/targets')
export class TargetsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly targets: ListedTargets,
    private readonly counts: TargetCounts,
    private readonly judged: JudgedTargets,
  ) {}

  @Post()
  @RequirePermission('targets:write')
  @ApiOperation({ summary: 'Make an address a target' })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'A repeat with the same key gets the first answer.',
  })
  @ApiCreatedResponse({ type: TargetResponse })
  async register(
    @Body() body: RegisterTargetRequest,
    @IdempotencyKey() idempotencyKey: string | null,
    @Metadata() metadata: RequestMetadata,
    @Res({ passthrough: true }) response: Response,
  ): Promise<TargetView> {
    const target = await this.commands.execute(new RegisterTarget(body, metadata, idempotencyKey));
    response.setHeader('Location', `/api/v1/targets/${target.id}`);
    response.setHeader('ETag', entityTag(target.version));
    return target;
  }

  @Get()
  @RequirePermission('targets:read')
  @ApiOperation({ summary: 'List targets, a page at a time' })
  @ApiOkResponse({ type: TargetPageResponse })
  list(@Query() query: ListTargetsRequest): Promise<TargetPage> {
    return this.queries.execute(new ListTargets(query));
  }

  @Get('counts')
  @RequirePermission('targets:read')
  @ApiOperation({ summary: 'Count all targets by status' })
  @ApiOkResponse({ type: StatusCountsResponse })
  async countByStatus(): Promise<StatusCountsView> {
    const judged = await this.judged.now();
    return { ...(await this.counts.byStatus(judged)), asOf: judged.oldest };
  }

  @Get(':id')
  @RequirePermission('targets:read')
  @ApiOperation({ summary: 'Read a target by its id or address' })
  @ApiParam(REF)
  @ApiOkResponse({ type: TargetResponse })
  async read(
    @Param('id') ref: string,
    @Query() { vrf }: TargetReferenceRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<TargetView> {
    const target = await this.targets.view(ref, vrf);
    response.setHeader('ETag', entityTag(target.version));
    return target;
  }

  @Delete(':id')
  @HttpCode(204)
  @RequirePermission('targets:write')
  @ApiOperation({
    summary: 'Take a target away',
    description: 'With If-Match, only when the target is still at that version.',
  })
  @ApiParam(REF)
  @ApiHeader({ name: 'If-Match', required: false, description: 'ETag that was read.' })
  @ApiNoContentResponse()
  async remove(
    @Param('id') ref: string,
    @Query() { vrf }: TargetReferenceRequest,
    @IfMatch() expectedVersion: number | undefined,
    @Metadata() metadata: RequestMetadata,
  ): Promise<void> {
    await this.commands.execute(new RemoveTarget(ref, vrf, expectedVersion, metadata));
  }
}
