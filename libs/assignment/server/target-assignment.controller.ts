import type { Scope } from '@icmp-mon/identity/contract';
import { CallerScope, RequirePermission } from '@icmp-mon/platform/http';
import { Controller, Get, Param, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { ReadTargetAssignment } from './read-target-assignment';
import { ReadTargetAssignmentRequest, TargetAssignmentResponse } from './target-assignment.dto';

@ApiTags('targets')
@Controller('/api/v1')
export class TargetAssignmentController {
  constructor(private readonly queries: QueryBus) {}

  @Get('targets/:id/assignment')
  @RequirePermission('targets:read')
  @ApiOperation({
    summary: 'Read which agents are selected for a target, or were at an earlier time',
    description:
      "`{id}` is the target's id or address; with `at`, also the address of a target that was removed later.",
  })
  @ApiParam({ name: 'id', description: 'Id or address of the target.', schema: { type: 'string' } })
  @ApiOkResponse({ type: TargetAssignmentResponse })
  assignmentOf(
    @Param('id') ref: string,
    @Query() { vrf, at }: ReadTargetAssignmentRequest,
    @CallerScope() scope: Scope,
  ): Promise<TargetAssignmentResponse> {
    return this.queries.execute(new ReadTargetAssignment(ref, vrf, at, scope));
  }
}
