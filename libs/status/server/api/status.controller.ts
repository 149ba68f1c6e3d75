import type { TargetStatusView } from '@icmp-mon/status/contract';
import { RequirePermission } from '@icmp-mon/platform/http';
import { TargetDirectory } from '@icmp-mon/targets/contract';
import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type StatusChangePage, StatusChanges } from './status-changes';
import {
  StatusChangePageResponse,
  ListStatusChangesRequest,
  TargetStatusResponse,
  ReadTargetStatusRequest,
} from './status.dto';
import { TargetStatus } from './target-status';

@ApiTags('status')
@Controller('api/v1')
@RequirePermission('status:read')
export class StatusController {
  constructor(
    private readonly targets: TargetDirectory,
    private readonly status: TargetStatus,
    private readonly changes: StatusChanges,
  ) {}

  @Get('targets/:id/status')
  @ApiOperation({
    summary: 'Status of a target, with the votes that made it and the verdict of each agent',
    description: '`{id}` is the id or the address.',
  })
  @ApiOkResponse({ type: TargetStatusResponse })
  async statusOf(@Param('id') reference: string, @Query() query: ReadTargetStatusRequest): Promise<TargetStatusView> {
    return this.status.read(await this.targets.find(reference, query.vrf));
  }

  @Get('status/changes')
  @ApiOperation({ summary: 'Status changes of all targets, newest first' })
  @ApiOkResponse({ type: StatusChangePageResponse })
  listChanges(@Query() query: ListStatusChangesRequest): Promise<StatusChangePage> {
    return this.changes.read(query);
  }
}
