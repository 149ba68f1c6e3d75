import {
  Idempotent,
  IfMatch,
  Located,
  Metadata,
  type RequestMetadata,
  RequirePermission,
  Versioned,
} from '@icmp-mon/platform/http';
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
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
import { ReadTarget } from './read-target';
import { RegisterTarget } from './register-target';
import { RemoveTarget } from './remove-target';
import { CountTargets } from './target-list/count-targets';
import { ListTargets } from './target-list/list-targets';
import {
  ListTargetsRequest,
  RegisterTargetRequest,
  StatusCountsResponse,
  TargetPageResponse,
  TargetReferenceRequest,
  TargetResponse,
} from './targets.dto';

const PATH = '/api/v1/targets';
const REF = { name: 'id', description: 'Id of the target, or its address.', schema: { type: 'string' } } as const;

@ApiTags('targets')
@Controller(PATH)
export class TargetsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Post()
  @RequirePermission('targets:write')
  @Idempotent('register-target')
  @Located(PATH)
  @Versioned()
  @ApiOperation({ summary: 'Make an address a target' })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'A repeat with the same key gets the first answer.',
  })
  @ApiCreatedResponse({ type: TargetResponse })
  register(@Body() body: RegisterTargetRequest, @Metadata() metadata: RequestMetadata): Promise<TargetResponse> {
    return this.commands.execute(new RegisterTarget(body, metadata));
  }

  @Get()
  @RequirePermission('targets:read')
  @ApiOperation({ summary: 'List targets, a page at a time' })
  @ApiOkResponse({ type: TargetPageResponse })
  list(@Query() query: ListTargetsRequest): Promise<TargetPageResponse> {
    return this.queries.execute(new ListTargets(query));
  }

  @Get('counts')
  @RequirePermission('targets:read')
  @ApiOperation({ summary: 'Count all targets by status' })
  @ApiOkResponse({ type: StatusCountsResponse })
  countByStatus(): Promise<StatusCountsResponse> {
    return this.queries.execute(new CountTargets());
  }

  @Get(':id')
  @RequirePermission('targets:read')
  @Versioned()
  @ApiOperation({ summary: 'Read a target by its id or address' })
  @ApiParam(REF)
  @ApiOkResponse({ type: TargetResponse })
  read(@Param('id') ref: string, @Query() { vrf }: TargetReferenceRequest): Promise<TargetResponse> {
    return this.queries.execute(new ReadTarget(ref, vrf));
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
  remove(
    @Param('id') ref: string,
    @Query() { vrf }: TargetReferenceRequest,
    @IfMatch() expectedVersion: number | undefined,
    @Metadata() metadata: RequestMetadata,
  ): Promise<void> {
    return this.commands.execute(new RemoveTarget(ref, vrf, expectedVersion, metadata));
  }
}
