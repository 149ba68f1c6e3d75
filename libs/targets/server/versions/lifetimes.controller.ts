import type { Scope } from '@icmp-mon/identity/contract';
import { CallerScope, RequirePermission } from '@icmp-mon/platform/http';
import { Controller, Get, Param, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { TARGET_REFERENCE, TARGETS_PATH } from '../target-path';
import { TargetReferenceRequest } from '../targets.dto';
import { ListLifetimes } from './list-lifetimes';
import { TargetLifetimesResponse } from './target-lifetimes.dto';

@ApiTags('targets')
@Controller(`${TARGETS_PATH}/:id/lifetimes`)
export class LifetimesController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  @RequirePermission('targets:read')
  @ApiOperation({
    summary: 'List the targets that have or had the address of a target, also of a removed one',
    description:
      'With the times of registration and removal, newest first. Registering an address again creates a new target.',
  })
  @ApiParam(TARGET_REFERENCE)
  @ApiOkResponse({ type: TargetLifetimesResponse })
  listLifetimes(
    @Param('id') ref: string,
    @Query() { vrf }: TargetReferenceRequest,
    @CallerScope() scope: Scope,
  ): Promise<TargetLifetimesResponse> {
    return this.queries.execute(new ListLifetimes(ref, vrf, scope));
  }
}
