import type { Scope } from '@icmp-mon/identity/contract';
import { CallerScope, RequirePermission, Versioned } from '@icmp-mon/platform/http';
import { Controller, Get, Param, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiExtraModels, ApiOkResponse, ApiOperation, ApiParam, ApiTags, refs } from '@nestjs/swagger';
import { ReadTarget } from './read-target';
import { TARGET_REFERENCE, TARGETS_PATH } from './target-path';
import { CountTargets } from './target-list/count-targets';
import {
  CountTargetsRequest,
  ListTargetsRequest,
  StatusCountsResponse,
  TargetPageResponse,
} from './target-list/list-targets.dto';
import { TargetResponse } from './target.dto';
import { listQueryOf } from './versions/list-query-of';
import { ListTargetVersions } from './versions/list-target-versions';
import { ListVersionsRequest, TargetChangePageResponse } from './versions/target-changes.dto';
import { TargetVersionPageResponse } from './versions/target-versions.dto';
import { TargetReferenceRequest } from './targets.dto';

@ApiTags('targets')
@Controller(TARGETS_PATH)
export class TargetsController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  @RequirePermission('targets:read')
  @ApiOperation({ summary: 'List targets in pages: now, or as they were at a time' })
  @ApiExtraModels(TargetPageResponse, TargetVersionPageResponse)
  @ApiOkResponse({ schema: { oneOf: refs(TargetPageResponse, TargetVersionPageResponse) } })
  list(
    @Query() query: ListTargetsRequest,
    @CallerScope() scope: Scope,
  ): Promise<TargetPageResponse | TargetVersionPageResponse> {
    return this.queries.execute(listQueryOf(query, scope));
  }

  @Get('counts')
  @RequirePermission('targets:read')
  @ApiOperation({ summary: 'Count targets by status: all, or the targets of a filter' })
  @ApiOkResponse({ type: StatusCountsResponse })
  countByStatus(@Query() { filter }: CountTargetsRequest, @CallerScope() scope: Scope): Promise<StatusCountsResponse> {
    return this.queries.execute(new CountTargets(filter, scope));
  }

  @Get(':id')
  @RequirePermission('targets:read')
  @Versioned()
  @ApiOperation({ summary: 'Read a target by its id or address' })
  @ApiParam(TARGET_REFERENCE)
  @ApiOkResponse({ type: TargetResponse })
  read(
    @Param('id') ref: string,
    @Query() { vrf }: TargetReferenceRequest,
    @CallerScope() scope: Scope,
  ): Promise<TargetResponse> {
    return this.queries.execute(new ReadTarget(ref, vrf, scope));
  }

  @Get(':id/versions')
  @RequirePermission('targets:read')
  @ApiOperation({
    summary: 'List the changes of a target: when, by whom, and what',
    description: 'Newest first. By address: the changes of all targets that had it, also of removed ones.',
  })
  @ApiParam(TARGET_REFERENCE)
  @ApiOkResponse({ type: TargetChangePageResponse })
  listVersions(
    @Param('id') ref: string,
    @Query() query: ListVersionsRequest,
    @CallerScope() scope: Scope,
  ): Promise<TargetChangePageResponse> {
    return this.queries.execute(new ListTargetVersions(ref, query, scope));
  }
}
