import type { Scope } from '@icmp-mon/identity/contract';
import {
  CallerScope,
  Idempotent,
  IF_MATCH_HEADER,
  IfMatch,
  Located,
  Metadata,
  type RequestMetadata,
  RequirePermission,
  Versioned,
} from '@icmp-mon/platform/http';
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import {
  ApiCreatedResponse,
  ApiExtraModels,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
  refs,
} from '@nestjs/swagger';
import { ChangeTier } from './change-tier';
import { CreateTier } from './create-tier';
import { ListTierVersions } from './list-tier-versions';
import { ListTiers } from './list-tiers';
import { RemoveTier } from './remove-tier';
import { CreateTierRequest, TierPolicyRequest } from './tier-policy.dto';
import {
  ReadTierRequest,
  RemoveTierRequest,
  TierAtResponse,
  TierListResponse,
  TierRemovalResponse,
  TierResponse,
  TierVersionsRequest,
  TierVersionsResponse,
} from './tiers.dto';
import { tierQueryOf } from './versions/tier-query-of';

const TIERS_PATH = '/api/v1/tiers';
const NAME = { name: 'name', description: 'Name of the tier.' } as const;

@ApiTags('tiers')
@Controller(TIERS_PATH)
export class TiersController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get()
  @RequirePermission('tiers:read')
  @ApiOperation({ summary: 'List the tiers' })
  @ApiOkResponse({ type: TierListResponse })
  list(@CallerScope() scope: Scope): Promise<TierListResponse> {
    return this.queries.execute(new ListTiers(scope));
  }

  @Post()
  @RequirePermission('tiers:write')
  @Idempotent('create-tier')
  @Located(TIERS_PATH, 'name')
  @Versioned()
  @ApiOperation({ summary: 'Create a tier' })
  @ApiCreatedResponse({ type: TierResponse })
  create(@Body() body: CreateTierRequest, @Metadata() metadata: RequestMetadata): Promise<TierResponse> {
    return this.commands.execute(new CreateTier(body, metadata));
  }

  @Get(':name')
  @RequirePermission('tiers:read')
  @Versioned()
  @ApiOperation({ summary: 'Read a tier: now, or as it was at a time' })
  @ApiExtraModels(TierResponse, TierAtResponse)
  @ApiOkResponse({ schema: { oneOf: refs(TierResponse, TierAtResponse) } })
  @ApiParam(NAME)
  read(
    @Param('name') name: string,
    @Query() { at }: ReadTierRequest,
    @CallerScope() scope: Scope,
  ): Promise<TierResponse | TierAtResponse> {
    return this.queries.execute(tierQueryOf(name, at, scope));
  }

  @Put(':name')
  @RequirePermission('tiers:write')
  @Idempotent('change-tier')
  @Versioned()
  @ApiOperation({
    summary: 'Replace the policy of a tier',
    description:
      'The body is the whole policy. It takes effect without a restart. A policy that changes nothing creates no event. With If-Match, the ' +
      'tier is changed only if it still has that version.',
  })
  @ApiParam(NAME)
  @ApiHeader(IF_MATCH_HEADER)
  @ApiOkResponse({ type: TierResponse })
  change(
    @Param('name') name: string,
    @Body() body: TierPolicyRequest,
    @Metadata() metadata: RequestMetadata,
    @IfMatch() expectedVersion: number | undefined,
  ): Promise<TierResponse> {
    return this.commands.execute(new ChangeTier(name, body, metadata, expectedVersion));
  }

  @Delete(':name')
  @HttpCode(200)
  @RequirePermission('tiers:write')
  @ApiOperation({
    summary: 'Remove a tier',
    description:
      'A tier without targets is removed immediately. The targets of another one move to the successor first, each by its own event; until ' +
      'then the tier takes no new targets. Built-in tiers cannot be removed. With If-Match, the tier is removed only if it still has that version.',
  })
  @ApiParam(NAME)
  @ApiHeader(IF_MATCH_HEADER)
  @ApiOkResponse({ type: TierRemovalResponse })
  remove(
    @Param('name') name: string,
    @Query() { successor }: RemoveTierRequest,
    @Metadata() metadata: RequestMetadata,
    @IfMatch() expectedVersion: number | undefined,
  ): Promise<TierRemovalResponse> {
    return this.commands.execute(new RemoveTier(name, successor, metadata, expectedVersion));
  }

  @Get(':name/versions')
  @RequirePermission('tiers:read')
  @ApiOperation({
    summary: 'List who changed a tier, when and to which policy',
    description: 'Newest first, at most 100.',
  })
  @ApiParam(NAME)
  @ApiOkResponse({ type: TierVersionsResponse })
  listVersions(@Param('name') name: string, @Query() { below }: TierVersionsRequest): Promise<TierVersionsResponse> {
    return this.queries.execute(new ListTierVersions(name, below));
  }
}
