import type { Scope } from '@icmp-mon/identity/contract';
import { CallerScope, RequirePermission } from '@icmp-mon/platform/http';
import { Controller, Get, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ReadTargetMarks } from './occurrences/read-target-marks';
import { ReadTargetMarksRequest, TargetMarkListResponse } from './target-marks.dto';

@ApiTags('maintenance')
@Controller('api/v1/target-maintenance')
export class TargetMarksController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  @RequirePermission('targets:read')
  @ApiOperation({ summary: 'Open occurrences in which some targets are', description: 'The one that ends last.' })
  @ApiOkResponse({ type: TargetMarkListResponse })
  read(@Query() { keys }: ReadTargetMarksRequest, @CallerScope() scope: Scope): Promise<TargetMarkListResponse> {
    return this.queries.execute(new ReadTargetMarks(keys, scope));
  }
}
