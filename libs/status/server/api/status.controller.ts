import type { Scope } from '@icmp-mon/identity/contract';
import { CallerScope, RequirePermission } from '@icmp-mon/platform/http';
import { Controller, Get, Param, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiTags, ApiParam } from '@nestjs/swagger';
import { ListStatusChanges } from './list-status-changes';
import { ReadStatusHistory } from './read-status-history';
import { ReadTargetStatus } from './read-target-status';
import {
  ListStatusChangesRequest,
  ReadTargetStatusRequest,
  StatusChangePageResponse,
  TargetStatusResponse,
} from './status.dto';
import { ReadStatusHistoryRequest, StatusHistoryResponse } from './status-history.dto';

@ApiTags('status')
@Controller('api/v1')
@RequirePermission('status:read')
export class StatusController {
  constructor(private readonly queries: QueryBus) {}

  @Get('targets/:id/status')
  @ApiOperation({
    summary: 'Read the status of a target, with its votes and the verdict of each agent',
    description: "`{id}` is the target's id or address.",
  })
  @ApiOkResponse({ type: TargetStatusResponse })
  @ApiParam({ name: 'id', description: 'Id or address of the target.', schema: { type: 'string' } })
  statusOf(
    @Param('id') ref: string,
    @Query() { vrf }: ReadTargetStatusRequest,
    @CallerScope() scope: Scope,
  ): Promise<TargetStatusResponse> {
    return this.queries.execute(new ReadTargetStatus(ref, vrf, scope));
  }

  @Get('targets/:id/status/history')
  @ApiOperation({
    summary: 'Read which statuses a target had, as intervals of time, oldest first',
    description: 'At most the 5,000 newest intervals of the range. Statuses are kept for 13 months.',
  })
  @ApiOkResponse({ type: StatusHistoryResponse })
  @ApiParam({ name: 'id', description: 'Id or address of the target.', schema: { type: 'string' } })
  historyOf(
    @Param('id') ref: string,
    @Query() query: ReadStatusHistoryRequest,
    @CallerScope() scope: Scope,
  ): Promise<StatusHistoryResponse> {
    return this.queries.execute(new ReadStatusHistory(ref, query, scope));
  }

  @Get('status/changes')
  @ApiOperation({ summary: 'List status changes of all targets, newest first' })
  @ApiOkResponse({ type: StatusChangePageResponse })
  listChanges(
    @Query() query: ListStatusChangesRequest,
    @CallerScope() scope: Scope,
  ): Promise<StatusChangePageResponse> {
    return this.queries.execute(new ListStatusChanges(query, scope));
  }
}
